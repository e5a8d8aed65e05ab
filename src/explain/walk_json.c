#include "explain/walk.h"
#include "train/json_object.h"

static void walk_json(GString *json, const RippleWalk *walk)
{
    ripple_json_begin_object(json, NULL);
    ripple_json_set_number(json, "learning_rate", walk->rate);
    ripple_json_set_text(json, "verdict", ripple_walk_verdict_name(walk->verdict));
    ripple_json_set_number(json, "first", walk->first);
    ripple_json_set_number(json, "last", walk->last);
    ripple_json_set_numbers(json, "losses", walk->losses, walk->n_steps);
    ripple_json_begin_object(json, "path");
    ripple_projected_path_json(json, &walk->path);
    ripple_json_end_object(json);
    ripple_json_end_object(json);
}

GString *ripple_walks_json(const RippleWalks *walks)
{
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "kind", "walk");
    ripple_json_set_whole(json, "steps", walks->steps);
    ripple_json_set_text(json, "device", walks->device);
    ripple_json_set_text(json, "loss_name", walks->loss_name);
    ripple_json_set_text(json, "samples", walks->samples);
    ripple_json_begin_array(json, "walks");
    for (guint i = 0; i < walks->n_walks; i++)
        walk_json(json, &walks->walks[i]);
    ripple_json_end_array(json);
    ripple_json_begin_object(json, "grid");
    ripple_loss_grid_json(json, &walks->grid);
    ripple_json_end_object(json);
    ripple_json_end_object(json);
    return json;
}
