/* The loss of the batch and the number of samples classified rightly, from those of each sample.
 *
 * One work-group adds in an order that depends on `rows` alone, so the same batch gives the same
 * bits: each work-item a stride of the samples, then a tree over the work-items.
 *
 *   sample_losses, sample_rights  rows
 *   result                        2: Σ losses / divisor, Σ rights
 *
 * Global size: WIDTH.
 *
 * Macros:
 *   WIDTH  work-items, a power of two; default 64
 */
#ifndef WIDTH
#define WIDTH 64
#endif

__kernel __attribute__((reqd_work_group_size(WIDTH, 1, 1))) void
loss_sum(__global const float *sample_losses, __global const float *sample_rights,
         __global float *result, ulong result_offset, uint rows, float divisor)
{
    __local float losses[WIDTH];
    __local float rights[WIDTH];
    uint item = get_local_id(0);

    float loss = 0.0f, right = 0.0f;
    for (uint row = item; row < rows; row += WIDTH) {
        loss += sample_losses[row];
        right += sample_rights[row];
    }
    losses[item] = loss;
    rights[item] = right;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint half_width = WIDTH / 2; half_width > 0; half_width /= 2) {
        if (item < half_width) {
            losses[item] += losses[item + half_width];
            rights[item] += rights[item + half_width];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (item == 0) {
        result[result_offset] = losses[0] / divisor;
        result[result_offset + 1] = rights[0];
    }
}
