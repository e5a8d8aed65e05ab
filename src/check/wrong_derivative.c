#include "check/wrong_derivative.h"

/* A class of its own, which hands on to the right one. */
typedef struct {
    RippleBackendClass class;
    const RippleBackendClass *right;
    RippleWrongDerivative wrong;
} WrongClass;

static const WrongClass *wrong_class(const RippleBackend *backend)
{
    return (const WrongClass *)backend->class;
}

static gboolean scale(RippleView view, gdouble factor, GError **error)
{
    gsize length = view.rows * view.columns;
    g_autofree gdouble *values = g_new(gdouble, length);
    if (!ripple_backend_download_exact(view, values, error))
        return FALSE;
    for (gsize i = 0; i < length; i++)
        values[i] *= factor;
    return ripple_backend_upload_exact(view, values, error);
}

static gboolean wrong_delta(RippleBackend *backend, const RippleDelta *delta, GError **error)
{
    const WrongClass *class = wrong_class(backend);
    RippleDelta changed = *delta;
    if (delta->activation != class->wrong.activation)
        return class->right->delta(backend, delta, error);
    changed.activation = class->wrong.derivative_of;
    return class->right->delta(backend, &changed, error) &&
           scale(delta->delta, class->wrong.factor, error);
}

static gboolean wrong_loss(RippleBackend *backend, const RippleLossOperation *loss,
                           const RippleLossScalars *scalars, GError **error)
{
    const WrongClass *class = wrong_class(backend);
    RippleLossOperation changed = *loss;
    if (loss->loss != class->wrong.loss && loss->activation != class->wrong.activation)
        return class->right->loss(backend, loss, scalars, error);
    if (loss->activation == class->wrong.activation)
        changed.activation = class->wrong.derivative_of;
    return class->right->loss(backend, &changed, scalars, error) &&
           (!loss->delta.buffer || scale(loss->delta, class->wrong.factor, error));
}

static void wrong_free(RippleBackend *backend)
{
    WrongClass *class = (WrongClass *)(gpointer)backend->class;
    backend->class = class->right;
    g_free(class);
    ripple_backend_free(backend);
}

void ripple_wrong_derivative_plant(RippleBackend *backend, const RippleWrongDerivative *wrong)
{
    WrongClass *class = g_new(WrongClass, 1);
    *class = (WrongClass){.class = *backend->class, .right = backend->class, .wrong = *wrong};
    class->class.delta = wrong_delta;
    class->class.loss = wrong_loss;
    class->class.free = wrong_free;
    backend->class = &class->class;
}
