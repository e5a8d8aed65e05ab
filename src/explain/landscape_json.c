#include "explain/landscape.h"
#include "train/json_object.h"

static const char *const known_names[] = {"observed", "checkpoints", "ends"};

void ripple_loss_grid_json(GString *json, const RippleLossGrid *grid)
{
    ripple_json_set_numbers(json, "x", grid->x, grid->columns);
    ripple_json_set_numbers(json, "y", grid->y, grid->rows);
    ripple_json_begin_array(json, "loss");
    for (guint row = 0; row < grid->rows; row++)
        ripple_json_set_numbers(json, NULL, grid->loss + (gsize)row * grid->columns, grid->columns);
    ripple_json_end_array(json);
}

void ripple_projected_path_json(GString *json, const RippleProjectedPath *path)
{
    ripple_json_set_wholes(json, "step", path->steps, path->n_points);
    ripple_json_set_numbers(json, "x", path->x, path->n_points);
    ripple_json_set_numbers(json, "y", path->y, path->n_points);
    ripple_json_set_numbers(json, "loss", path->loss, path->n_points);
    ripple_json_set_number(json, "share", path->square > 0 ? path->within / path->square : 1);
}

GString *ripple_landscape_json(const RippleLandscape *landscape)
{
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "plane", ripple_plane_name(landscape->plane->kind));
    ripple_json_set_flag(json, "second_is_random",
                         landscape->plane->kind == RIPPLE_PLANE_RANDOM ||
                             landscape->plane->is_line);
    ripple_json_set_whole(json, "seed", landscape->seed);
    ripple_json_set_text(json, "loss_name", landscape->loss_name);
    ripple_json_set_text(json, "samples", landscape->samples);
    ripple_json_set_text(json, "device", landscape->device);
    ripple_json_set_number(json, "centre_loss", landscape->centre_loss);
    ripple_json_begin_object(json, "grid");
    ripple_loss_grid_json(json, &landscape->grid);
    ripple_json_end_object(json);
    ripple_json_begin_object(json, "path");
    ripple_json_set_text(json, "known", known_names[landscape->known]);
    ripple_json_set_whole(json, "left_out", landscape->n_left_out);
    ripple_projected_path_json(json, &landscape->path);
    ripple_json_end_object(json);
    ripple_json_end_object(json);
    return json;
}
