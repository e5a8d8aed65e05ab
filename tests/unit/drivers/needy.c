/* A driver that needs a library which is not where it is looked for. */
int plain_answer(void);
int clIcdGetPlatformIDsKHR(void);

int clIcdGetPlatformIDsKHR(void)
{
    return plain_answer();
}
