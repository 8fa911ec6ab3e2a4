"""What the recorder gets wrong: by case and law, the fault.

Each makes a test an expected failure, and a strict one: who mends the recorder takes the line out.
"""

from collections.abc import Mapping
from typing import NamedTuple

from tests.zoo.program import Law


class Fault(NamedTuple):
    """One thing that is wrong, and the laws that it breaks, with the names of the cases."""

    reason: str
    breaks: Mapping[Law, str]


KNOWN = (
    Fault(
        "a node that runs twice keeps only its second run",
        {
            "sums": """
                graph_kept_and_used_twice shared_trunk_with_two_heads gradient_penalty
                hessian_vector_product third_derivative inner_step_of_meta_learning
                backward_with_a_graph_of_its_own two_updates_by_hand row_by_row_jacobian
                two_steps_of_an_optimizer
            """,
            "order": """
                backward_of_two_losses_one_by_one two_small_batches_accumulated
                graph_kept_and_used_twice shared_trunk_with_two_heads two_updates_by_hand
                row_by_row_jacobian two_steps_of_an_optimizer
            """,
            "intermediates": """
                graph_kept_and_used_twice shared_trunk_with_two_heads gradient_penalty
                hessian_vector_product third_derivative inner_step_of_meta_learning
                row_by_row_jacobian
            """,
        },
    ),
    Fault(
        "a leaf whose gradient torch.autograd.grad returned has none on the tape",
        {
            "differences": """
                gradients_returned gradient_at_a_leaf_used_twice_returned row_by_row_jacobian
            """,
            "plain": """
                gradients_returned gradient_at_a_leaf_used_twice_returned row_by_row_jacobian
            """,
            "sums": "gradients_returned gradient_at_a_leaf_used_twice_returned",
        },
    ),
    Fault(
        "a node made in a backward pass has no op, or a wrong one",
        {
            "nodes": """
                gradient_penalty hessian_vector_product third_derivative
                inner_step_of_meta_learning backward_with_a_graph_of_its_own
            """,
            "wiring": """
                gradient_penalty hessian_vector_product third_derivative
                inner_step_of_meta_learning backward_with_a_graph_of_its_own
            """,
        },
    ),
    Fault(
        "a backward pass inside of a node is not seen",
        {
            "differences": "checkpoint_with_reentry",
            "plain": "checkpoint_with_reentry",
            "sums": "checkpoint_with_reentry",
            "wiring": "checkpoint_with_reentry",
        },
    ),
    Fault(
        "an in-place op that saves a copy of itself loses its node to the copy",
        {
            "nodes": """
                gru gru_final_state_only gru_cell_in_a_loop arithmetic_in_place
                several_in_place_functions written_and_used_again
                loss_cosine_embedding loss_margin_ranking loss_hinge_embedding
            """,
            "wiring": """
                gru gru_final_state_only gru_cell_in_a_loop arithmetic_in_place
                several_in_place_functions written_and_used_again
                loss_cosine_embedding loss_margin_ranking loss_hinge_embedding
            """,
            "intermediates": "several_in_place_functions",
        },
    ),
    Fault(
        "a write to one part of a memory makes all other parts results of the write",
        {
            "wiring": """
                lstm lstm_with_projection lstm_two_layers_both_ways lstm_cell_in_a_loop
            """,
        },
    ),
    Fault(
        "what a base becomes when its view is written is no op's result, and CopySlices has no op",
        {
            "nodes": """
                lstm_on_packed_sequences conv2d_depthwise_circular column_assigned
                rows_assigned_in_a_loop constant_assigned view_written_through
                view_made_before_its_base_is_written copied_into leaf_viewed_and_written
            """,
            "wiring": """
                lstm_on_packed_sequences conv2d_depthwise_circular column_assigned
                rows_assigned_in_a_loop constant_assigned view_written_through
                view_made_before_its_base_is_written copied_into leaf_viewed_and_written
            """,
            "sums": "view_written_through view_made_before_its_base_is_written",
            "events": """
                lstm_on_packed_sequences conv2d_depthwise_circular column_assigned
                rows_assigned_in_a_loop constant_assigned view_written_through copied_into
                leaf_viewed_and_written real_fourier_transform
            """,
            "intermediates": """
                conv2d_depthwise_circular column_assigned view_written_through
                view_made_before_its_base_is_written copied_into leaf_viewed_and_written
            """,
        },
    ),
    Fault(
        "of a Function with several ops, the first op's result is taken for the output",
        {
            "wiring": """
                custom_cube custom_with_two_outputs custom_with_one_output_unused
                custom_once_differentiable custom_that_differentiates_inside
            """,
            "sums": "custom_that_differentiates_inside",
        },
    ),
    Fault(
        "an op that runs between the making of a node and its op takes the node",
        {
            "nodes": "saved_tensors_packed",
            "wiring": "saved_tensors_packed",
            "intermediates": "saved_tensors_packed",
        },
    ),
    Fault(
        "a node made without an op is given to the next op",
        {"nodes": "tensor_subclass", "wiring": "tensor_subclass"},
    ),
    Fault(
        "a leaf written outside of autograd becomes another tensor, without a name",
        {
            "plain": """
                embedding_of_bounded_norm parameter_written_without_gradient two_updates_by_hand
                two_steps_of_an_optimizer
            """,
            "wiring": "parameter_written_without_gradient",
        },
    ),
    Fault(
        "the whole gradient of a tensor is told after the hooks before its node",
        {"intermediates": "hook_before_a_node"},
    ),
    Fault(
        "a gradient that the user gave is revealed by no event",
        {"events": "output_with_a_given_gradient"},
    ),
    Fault(
        "a tensor that two ops return is revealed twice",
        {
            "events": "sparse_embedding sparse_embedding_used_twice sparse_embedding_bag",
            "operands": "sparse_embedding sparse_embedding_used_twice sparse_embedding_bag",
        },
    ),
    Fault(
        "a gradient that is not a parameter's, or is sparse, is not kept when the tape is closed",
        {
            "afterwards": """
                rnn_tanh rnn_relu lstm lstm_with_projection gru
                lstm_two_layers_both_ways gru_final_state_only
                lstm_on_packed_sequences lstm_cell_in_a_loop gru_cell_in_a_loop
                rnn_cell_in_a_loop multihead_attention
                multihead_attention_without_weights cross_attention
                transformer_encoder_layer transformer_encoder_of_two_layers
                transformer_decoder_layer sparse_embedding
                sparse_embedding_used_twice embedding_bag_with_learned_weights
                sparse_embedding_bag conv1d conv2d conv2d_strided_dilated_grouped
                conv2d_depthwise_circular conv3d conv_transpose1d conv_transpose2d
                conv2d_channels_last conv_network grid_sample batch_norm1d
                batch_norm2d_without_statistics batch_norm_in_evaluation layer_norm
                group_norm instance_norm rms_norm local_response_norm weight_norm
                spectral_norm parametrized_weight frozen_layer
                checkpoint_without_reentry checkpoint_with_reentry
                checkpoint_of_a_chain module_backward_hook
                module_backward_hook_that_looks module_forward_hooks bfloat16
                float16 autocast non_finite_numbers sparse_matrix tensor_subclass
                product_with_a_zero act_prelu
            """,
        },
    ),
    Fault(
        "memory without numbers passes for a value: seen through a view, or partly written",
        {
            "repeats": """
                lstm lstm_two_layers_both_ways conv2d_depthwise_circular grid_sample loss_ctc
            """,
            "replay": "conv2d_depthwise_circular grid_sample loss_ctc",
        },
    ),
    Fault(
        "in a compiled part, a node is not numbered just before its op runs",
        {
            "nodes": "compiled_part",
            "wiring": "compiled_part",
            "intermediates": "compiled_part",
        },
    ),
    Fault(
        "the blob cannot hold a tensor on the meta device",
        {"repeats": "shapes_from_meta_tensors", "blob": "shapes_from_meta_tensors"},
    ),
)

FAULTS: dict[tuple[str, Law], str] = {
    (case, law): fault.reason
    for fault in KNOWN
    for law, cases in fault.breaks.items()
    for case in cases.split()
}
