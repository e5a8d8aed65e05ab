/* A library that is no driver. */
int plain_answer(void);

int plain_answer(void)
{
    return 42;
}
