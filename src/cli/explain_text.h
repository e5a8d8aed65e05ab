/** \file
 * A story as text.
 */
#pragma once

#include "explain/story.h"

/** Within 80 columns where words allow it. Free with g_free. */
char *ripple_explain_text(const RippleStory *story);
