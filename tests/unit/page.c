/* A page says what it was told, as text and not as markup, and lets only its own script run. */
#include "report/page.h"

#include <string.h>

static void assert_has(const char *html, const char *part)
{
    if (!strstr(html, part))
        g_error("\"%s\" is not in %s", part, html);
}

static void test_text(void)
{
    static const char *const headings[] = {"layer", ">norm <1", NULL};
    g_autoptr(RipplePage) page = ripple_page_new("Run & <b>", "of \xff bytes");
    ripple_page_section(page, "first", "What \"was\" asked");
    ripple_page_text(page, "%d < %s", 3, "<script>");
    ripple_page_code(page, "a && b");
    ripple_page_section(page, "second", "Numbers");
    ripple_page_begin_table(page, "Norms", headings);
    ripple_page_begin_row(page);
    ripple_page_cell(page, "%s", "<0>");
    ripple_page_cell(page, "%.1f", 2.5);
    ripple_page_end_row(page);
    ripple_page_end_table(page);
    g_autofree char *html = ripple_page_to_html(page);

    assert_has(html, "<title>Run &amp; &lt;b&gt;</title>");
    assert_has(html, "<p>of \xef\xbf\xbd bytes</p>");
    assert_has(html, "<a href=\"#first\">What &quot;was&quot; asked</a>");
    assert_has(html, "<section id=\"second\" aria-labelledby=\"second-title\">");
    assert_has(html, "<p>3 &lt; &lt;script&gt;</p>");
    assert_has(html, ">a &amp;&amp; b</pre>");
    assert_has(html, "<caption>Norms</caption>");
    assert_has(html, "<th scope=\"col\" class=\"number\">norm &lt;1</th>");
    assert_has(html, "<th scope=\"row\">&lt;0&gt;</th><td class=\"number\">2.5</td></tr>");
    g_assert_null(strstr(html, "<script>"));
    g_assert_null(strstr(html, "script-src"));
    assert_has(html, "default-src 'none'");
    /* The style sheet is there, and so are the paints of pictures. */
    assert_has(html, "figcaption {");
    assert_has(html, ".fill-ink{fill:#212121}");
}

static void test_picture(void)
{
    g_autoptr(RippleCanvas) canvas = ripple_canvas_new(40, 30, "A picture", "of a disc");
    ripple_canvas_disc(canvas, 20, 15, 5, (RippleStyle){.fill = RIPPLE_PAINT_INK});
    g_autoptr(RipplePage) page = ripple_page_new("Page", NULL);
    ripple_page_picture(page, canvas, "Below it");
    g_autofree char *html = ripple_page_to_html(page);
    g_autofree char *svg = ripple_canvas_to_svg(canvas, FALSE);
    assert_has(html, svg);
    assert_has(html, "<figcaption>Below it</figcaption>");
    g_assert_null(strstr(html, "<nav"));
}

/* SHA-256 of "abc", as FIPS 180-2 gives it in appendix B.1, in base 64. */
static void test_script(void)
{
    g_autoptr(RipplePage) page = ripple_page_new("Page", NULL);
    ripple_page_script(page, "abc");
    g_autofree char *html = ripple_page_to_html(page);
    assert_has(html, "script-src 'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='");
    assert_has(html, "<script>abc</script>");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/page/text", test_text);
    g_test_add_func("/page/picture", test_picture);
    g_test_add_func("/page/script", test_script);
    return g_test_run();
}
