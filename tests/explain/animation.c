/* A training step frame by frame: the frames there are, the page, and the GIF read back by giflib,
 * every pixel of every frame. */
#include "report/animation.h"
#include "draw/gif.h"
#include "explain/models.h"

#include <gif_lib.h>
#include <ripple/error.h>
#include <string.h>

/* There are a few thousand colours, most of them at the edges of lines, and 255 in the palette.
 * What there is much of stays itself; of rare ones the nearest is taken. */
#define OFF 32
#define MOST_OFF 0.01
#define MOST_MEAN 2.0

typedef struct {
    const guint8 *bytes;
    gsize length;
    gsize at;
} Reader;

static int read_bytes(GifFileType *file, GifByteType *bytes, int wanted)
{
    Reader *reader = file->UserData;
    gsize count = MIN((gsize)wanted, reader->length - reader->at);
    memcpy(bytes, reader->bytes + reader->at, count);
    reader->at += count;
    return (int)count;
}

/* Lay a frame over those before it. */
static void lay(const GifFileType *file, const SavedImage *image, guint8 *screen)
{
    GraphicsControlBlock control = {.TransparentColor = NO_TRANSPARENT_COLOR};
    for (int i = 0; i < image->ExtensionBlockCount; i++)
        if (image->ExtensionBlocks[i].Function == GRAPHICS_EXT_FUNC_CODE)
            DGifExtensionToGCB((size_t)image->ExtensionBlocks[i].ByteCount,
                               image->ExtensionBlocks[i].Bytes, &control);
    const GifImageDesc *area = &image->ImageDesc;
    for (int y = 0; y < area->Height; y++)
        for (int x = 0; x < area->Width; x++) {
            GifByteType place = image->RasterBits[y * area->Width + x];
            if (place == control.TransparentColor)
                continue;
            GifColorType colour = file->SColorMap->Colors[place];
            guint8 *pixel = screen + 3 * ((area->Top + y) * file->SWidth + area->Left + x);
            pixel[0] = colour.Red;
            pixel[1] = colour.Green;
            pixel[2] = colour.Blue;
        }
}

static void check_frame(const RippleCanvas *canvas, RippleTheme theme, const guint8 *screen,
                        const GifFileType *file)
{
    g_autoptr(GError) error = NULL;
    guint columns, rows;
    g_autofree guint8 *rgb = ripple_canvas_to_rgb(canvas, 1, theme, &columns, &rows, &error);
    g_assert_no_error(error);
    g_assert_cmpint(file->SWidth, ==, columns);
    g_assert_cmpint(file->SHeight, ==, rows);
    gdouble sum = 0, far_off = 0, values = 3.0 * columns * rows;
    for (gsize i = 0; i < 3 * (gsize)columns * rows; i++) {
        gint off = ABS((gint)rgb[i] - (gint)screen[i]);
        far_off += off > OFF;
        sum += off;
    }
    g_assert_cmpfloat(sum / values, <=, MOST_MEAN);
    g_assert_cmpfloat(far_off / values, <=, MOST_OFF);
    g_assert_cmpmem(rgb, 3, screen, 3); /* the corner is paper */
}

static void check_gif(GBytes *gif, const GPtrArray *frames, RippleTheme theme)
{
    int code = 0;
    Reader reader = {.bytes = g_bytes_get_data(gif, NULL), .length = g_bytes_get_size(gif)};
    g_assert_cmpint(memcmp(reader.bytes, "GIF89a", 6), ==, 0);
    GifFileType *file = DGifOpen(&reader, read_bytes, &code);
    g_assert_nonnull(file);
    g_assert_cmpint(DGifSlurp(file), ==, GIF_OK);
    g_assert_cmpint(file->ImageCount, ==, frames->len);
    g_autofree guint8 *screen = g_malloc0(3 * (gsize)file->SWidth * file->SHeight);
    for (guint n = 0; n < frames->len; n++) {
        lay(file, &file->SavedImages[n], screen);
        check_frame(frames->pdata[n], theme, screen, file);
    }
    DGifCloseFile(file, &code);
}

static RippleAnimation *animation_of(guint n_layers, guint image)
{
    const guint widths[] = {16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 10};
    g_autoptr(RippleModel) model = models_network(image ? image * image : 2, widths + 11 - n_layers,
                                                  n_layers, RIPPLE_ACTIVATION_TANH);
    g_autoptr(RippleSample) sample = models_sample(model);
    model->image_width = model->image_height = image;
    return ripple_animation_new(model, sample, 0.1);
}

static void test_frames(void)
{
    for (guint n_layers = 1; n_layers <= 11; n_layers += 5) {
        g_autoptr(RippleAnimation) animation = animation_of(n_layers, 0);
        guint columns = MIN(n_layers + 1, 9);
        g_assert_cmpuint(animation->frames->len, ==, 2 * columns + 2);
        g_assert_cmpuint(animation->names->len, ==, animation->frames->len);
        g_assert_cmpuint(animation->hundredths->len, ==, animation->frames->len);
        for (guint n = 1; n < animation->frames->len; n++) {
            g_autofree char *own = ripple_canvas_to_svg(animation->frames->pdata[n], TRUE);
            g_autofree char *before = ripple_canvas_to_svg(animation->frames->pdata[n - 1], TRUE);
            g_assert_cmpstr(own, !=, before);
            g_assert_cmpfloat(ripple_canvas_height(animation->frames->pdata[n]), ==,
                              ripple_canvas_height(animation->frames->pdata[0]));
        }
    }
}

static void test_gif(void)
{
    g_autoptr(GError) error = NULL;
    for (guint theme = RIPPLE_THEME_LIGHT; theme <= RIPPLE_THEME_DARK; theme++) {
        g_autoptr(RippleAnimation) animation = animation_of(2, theme == 0 ? 28 : 0);
        g_autoptr(GBytes) gif = ripple_gif_new(
            animation->frames, (const guint *)animation->hundredths->data, 1, theme, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(g_bytes_get_size(gif), <, 1 << 20);
        check_gif(gif, animation->frames, theme);
    }
}

static void test_same(void)
{
    g_autoptr(GError) error = NULL;
    const guint hundredths[] = {10, 20, 99999};
    g_autoptr(GPtrArray) frames =
        g_ptr_array_new_with_free_func((GDestroyNotify)ripple_canvas_free);
    for (guint n = 0; n < 3; n++)
        g_ptr_array_add(frames, ripple_canvas_new(3, 2, "empty", NULL));
    g_autoptr(GBytes) gif = ripple_gif_new(frames, hundredths, 1, RIPPLE_THEME_LIGHT, &error);
    g_assert_no_error(error);
    check_gif(gif, frames, RIPPLE_THEME_LIGHT);
}

static void test_too_large(void)
{
    g_autoptr(GError) error = NULL;
    const guint hundredths[] = {10};
    g_autoptr(GPtrArray) frames =
        g_ptr_array_new_with_free_func((GDestroyNotify)ripple_canvas_free);
    g_ptr_array_add(frames, ripple_canvas_new(20000, 2, NULL, NULL));
    g_assert_null(ripple_gif_new(frames, hundredths, 4, RIPPLE_THEME_LIGHT, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
}

static void test_page(void)
{
    g_autoptr(RippleAnimation) animation = animation_of(2, 28);
    g_autofree char *html =
        ripple_animation_page(animation->frames, animation->names, animation->title);
    guint frames = 0;
    for (const char *at = strstr(html, "<div class=\"frame\""); at;
         at = strstr(at + 1, "<div class=\"frame\""))
        frames++;
    g_assert_cmpuint(frames, ==, animation->frames->len);
    g_assert_nonnull(strstr(html, "data-name=\"Backward: layer 1\""));
    g_assert_nonnull(strstr(html, "script-src 'sha256-"));
    g_assert_nonnull(strstr(html, "ArrowRight"));
    g_assert_null(strstr(html, "<script src"));
    g_assert_null(strstr(html, "class=\"frame\" hidden")); /* without a script all are there */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/animation/frames", test_frames);
    g_test_add_func("/animation/gif", test_gif);
    g_test_add_func("/animation/same", test_same);
    g_test_add_func("/animation/too-large", test_too_large);
    g_test_add_func("/animation/page", test_page);
    return g_test_run();
}
