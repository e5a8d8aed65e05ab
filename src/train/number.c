#include "train/number.h"

#include <math.h>

const char *ripple_number_text(gdouble number, char text[G_ASCII_DTOSTR_BUF_SIZE])
{
    static const char *const formats[] = {"%.15g", "%.16g", "%.17g"};

    /* "-0" would be read as a whole number, which has no sign of zero. */
    if (number == 0 && signbit(number)) {
        g_strlcpy(text, "-0.0", G_ASCII_DTOSTR_BUF_SIZE);
        return text;
    }
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_ascii_formatd(text, G_ASCII_DTOSTR_BUF_SIZE, formats[i], number);
        if (g_ascii_strtod(text, NULL) == number)
            break;
    }
    return text;
}
