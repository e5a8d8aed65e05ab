#include "draw/gif.h"

#include <gif_lib.h>
#include <ripple/error.h>
#include <string.h>

/* The last colour of the palette is none: what is not drawn anew. */
#define COLOURS 256
#define UNCHANGED (COLOURS - 1)

/* The format counts pixels in 16 bits. */
#define MOST_SIDE 65535u

typedef struct {
    guint columns;
    guint rows;
    guint n_frames;
    GifByteType *pixels; /* frames × rows × columns: places in the palette */
    GifColorType colours[COLOURS];
    GByteArray *bytes;
} Gif;

static void gif_clear(Gif *gif)
{
    g_free(gif->pixels);
    if (gif->bytes)
        g_byte_array_unref(gif->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Gif, gif_clear)

static gboolean fail(GError **error, const char *cause)
{
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED, "Could not make a GIF: %s.", cause);
    return FALSE;
}

/* ---- pixels --------------------------------------------------------------------------------- */

/* All frames as pixels, the three colours apart, as giflib takes them. */
typedef struct {
    GifByteType *planes[3];
} Planes;

static void planes_clear(Planes *planes)
{
    for (guint i = 0; i < 3; i++)
        g_free(planes->planes[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Planes, planes_clear)

static gboolean start(Gif *self, Planes *planes, guint columns, guint rows, GError **error)
{
    if (columns > MOST_SIDE || rows > MOST_SIDE)
        return fail(error, "the format takes at most 65,535 pixels either way");
    self->columns = columns;
    self->rows = rows;
    gsize frame = (gsize)columns * rows;
    if (self->n_frames > G_MAXINT / frame)
        return fail(error, "it would have too many pixels");
    for (guint i = 0; i < 3; i++)
        planes->planes[i] = g_try_malloc_n(self->n_frames, frame);
    self->pixels = g_try_malloc_n(self->n_frames, frame);
    if (!planes->planes[0] || !planes->planes[1] || !planes->planes[2] || !self->pixels)
        return fail(error, "there is no memory for its pixels");
    return TRUE;
}

static gboolean draw(Gif *self, Planes *planes, const GPtrArray *frames, gdouble scale,
                     RippleTheme theme, GError **error)
{
    for (guint n = 0; n < self->n_frames; n++) {
        guint columns, rows;
        g_autofree guint8 *rgb =
            ripple_canvas_to_rgb(frames->pdata[n], scale, theme, &columns, &rows, error);
        if (!rgb || (n == 0 && !start(self, planes, columns, rows, error)))
            return FALSE;
        g_return_val_if_fail(columns == self->columns && rows == self->rows, FALSE);
        gsize length = (gsize)columns * rows, first = n * length;
        for (gsize i = 0; i < length; i++)
            for (guint part = 0; part < 3; part++)
                planes->planes[part][first + i] = rgb[3 * i + part];
    }
    return TRUE;
}

/* ---- colours -------------------------------------------------------------------------------- */

/* Of the pixels that come to have one colour. */
typedef struct {
    guint32 most; /* the colour that most of them have */
    guint n_most;
    guint64 count;
    guint64 sums[3];
} Tally;

static guint32 colour_at(const Planes *planes, gsize i)
{
    return (guint32)planes->planes[0][i] << 16 | planes->planes[1][i] << 8 | planes->planes[2][i];
}

static void count_colours(const Gif *self, const Planes *planes, Tally *tallies)
{
    gsize length = (gsize)self->n_frames * self->columns * self->rows;
    g_autoptr(GHashTable) counts = g_hash_table_new(g_direct_hash, g_direct_equal);
    for (gsize i = 0, end; i < length; i = end) {
        guint32 colour = colour_at(planes, i);
        for (end = i + 1; end < length && colour_at(planes, end) == colour; end++)
            continue; /* most pixels are like their neighbours */
        gpointer key = GUINT_TO_POINTER(colour + 1);
        guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key)) + (guint)(end - i);
        g_hash_table_insert(counts, key, GUINT_TO_POINTER(count));
        Tally *own = &tallies[self->pixels[i]];
        own->count += end - i;
        for (guint part = 0; part < 3; part++)
            own->sums[part] += (end - i) * planes->planes[part][i];
        if (count > own->n_most) {
            own->most = colour;
            own->n_most = count;
        }
    }
}

/* giflib gives each group of colours their mean, of five bits each, so that white paper comes out
 * grey. The colour that most pixels of a group have is the better one; else their very mean. */
static void choose_colours(Gif *self, const Planes *planes)
{
    g_autofree Tally *tallies = g_new0(Tally, COLOURS);
    count_colours(self, planes, tallies);
    for (guint i = 0; i < COLOURS; i++) {
        const Tally *own = &tallies[i];
        gboolean has_most = 2 * (guint64)own->n_most >= own->count;
        GifByteType parts[3];
        for (guint part = 0; part < 3; part++)
            parts[part] = (GifByteType)(has_most ? own->most >> (16 - 8 * part) & 0xff
                                                 : (own->sums[part] + own->count / 2) / own->count);
        self->colours[i] = (GifColorType){parts[0], parts[1], parts[2]};
    }
}

static gboolean quantise(Gif *self, Planes *planes, GError **error)
{
    int size = COLOURS - 1;
    if (GifQuantizeBuffer(self->columns, self->n_frames * self->rows, &size, planes->planes[0],
                          planes->planes[1], planes->planes[2], self->pixels,
                          self->colours) != GIF_OK)
        return fail(error, "there is no memory to choose its colours");
    choose_colours(self, planes);
    return TRUE;
}

/* ---- the file ------------------------------------------------------------------------------- */

static int append(GifFileType *file, const GifByteType *bytes, int length)
{
    g_byte_array_append(file->UserData, bytes, (guint)length);
    return length;
}

/* The rectangle in which frame `n` differs from the one before; of the first, all. */
static GifImageDesc changed(const Gif *self, guint n)
{
    const gsize frame = (gsize)self->columns * self->rows;
    const GifByteType *own = self->pixels + n * frame, *before = own - frame;
    guint left = self->columns, right = 0, top = self->rows, bottom = 0;
    if (n == 0)
        return (GifImageDesc){.Width = (int)self->columns, .Height = (int)self->rows};
    for (guint y = 0; y < self->rows; y++)
        for (guint x = 0; x < self->columns; x++)
            if (own[(gsize)y * self->columns + x] != before[(gsize)y * self->columns + x]) {
                left = MIN(left, x);
                right = MAX(right, x + 1);
                top = MIN(top, y);
                bottom = MAX(bottom, y + 1);
            }
    if (right == 0) /* a frame cannot be empty */
        return (GifImageDesc){.Width = 1, .Height = 1};
    return (GifImageDesc){.Left = (int)left,
                          .Top = (int)top,
                          .Width = (int)(right - left),
                          .Height = (int)(bottom - top)};
}

static gboolean put_frame(const Gif *self, GifFileType *file, guint n, guint hundredths)
{
    const GifImageDesc area = changed(self, n);
    const gsize frame = (gsize)self->columns * self->rows;
    GifByteType extension[4];
    const GraphicsControlBlock control = {.DisposalMode = DISPOSE_DO_NOT,
                                          .DelayTime = (int)MIN(hundredths, 65535),
                                          .TransparentColor =
                                              n == 0 ? NO_TRANSPARENT_COLOR : UNCHANGED};
    EGifGCBToExtension(&control, extension);
    if (EGifPutExtension(file, GRAPHICS_EXT_FUNC_CODE, sizeof extension, extension) != GIF_OK ||
        EGifPutImageDesc(file, area.Left, area.Top, area.Width, area.Height, FALSE, NULL) != GIF_OK)
        return FALSE;
    g_autofree GifByteType *line = g_new(GifByteType, area.Width);
    for (int y = 0; y < area.Height; y++) {
        gsize first = n * frame + (gsize)(area.Top + y) * self->columns + (gsize)area.Left;
        memcpy(line, self->pixels + first, (gsize)area.Width);
        for (int x = 0; n > 0 && x < area.Width; x++)
            if (line[x] == self->pixels[first - frame + (gsize)x])
                line[x] = UNCHANGED;
        if (EGifPutLine(file, line, area.Width) != GIF_OK)
            return FALSE;
    }
    return TRUE;
}

/* Netscape's extension, by which viewers repeat: 0 times stands for always. */
static gboolean put_loop(GifFileType *file)
{
    const GifByteType always[] = {1, 0, 0};
    return EGifPutExtensionLeader(file, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
           EGifPutExtensionBlock(file, 11, "NETSCAPE2.0") == GIF_OK &&
           EGifPutExtensionBlock(file, sizeof always, always) == GIF_OK &&
           EGifPutExtensionTrailer(file) == GIF_OK;
}

static gboolean put_all(const Gif *self, GifFileType *file, const guint *hundredths)
{
    ColorMapObject *map = GifMakeMapObject(COLOURS, self->colours);
    gboolean ok =
        map && EGifPutScreenDesc(file, (int)self->columns, (int)self->rows, 8, 0, map) == GIF_OK;
    GifFreeMapObject(map);
    ok = ok && put_loop(file);
    for (guint n = 0; n < self->n_frames && ok; n++)
        ok = put_frame(self, file, n, hundredths[n]);
    return ok;
}

GBytes *ripple_gif_new(const GPtrArray *frames, const guint *hundredths, gdouble scale,
                       RippleTheme theme, GError **error)
{
    g_auto(Gif) self = {.n_frames = frames->len, .bytes = g_byte_array_new()};
    g_auto(Planes) planes = {0};
    int code = 0;
    if (!draw(&self, &planes, frames, scale, theme, error) || !quantise(&self, &planes, error))
        return NULL;
    GifFileType *file = EGifOpen(self.bytes, append, &code);
    if (!file) {
        fail(error, GifErrorString(code));
        return NULL;
    }
    EGifSetGifVersion(file, TRUE);
    gboolean ok = put_all(&self, file, hundredths);
    if (!ok)
        code = file->Error;
    int end = GIF_OK;
    ok = EGifCloseFile(file, &end) == GIF_OK && ok;
    if (!ok) {
        const char *cause = GifErrorString(code ? code : end);
        fail(error, cause ? cause : "the library failed");
        return NULL;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&self.bytes));
}
