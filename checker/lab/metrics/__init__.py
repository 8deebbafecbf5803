"""Metrics by name: every file of this folder that declares some. Light to import: torch loads when something is measured."""

from importlib import import_module
from pkgutil import iter_modules

from checker.lab.metric import METRICS, Metric, metric
from checker.lab.metrics.attention_distance import attention_distance
from checker.lab.metrics.attention_entropy import attention_entropy
from checker.lab.metrics.attention_local_mass import attention_local_mass
from checker.lab.metrics.attention_nmi import attention_nmi
from checker.lab.metrics.attention_offset import attention_offset
from checker.lab.metrics.attention_to_self import attention_to_self
from checker.lab.metrics.background_norm_share import background_norm_share
from checker.lab.metrics.calibration_error import calibration_error
from checker.lab.metrics.class_attention_entropy import class_attention_entropy
from checker.lab.metrics.class_attention_to_self import class_attention_to_self
from checker.lab.metrics.corrupted_accuracy import (
    blur_accuracy,
    compression_accuracy,
    contrast_accuracy,
    corruption_accuracy,
    noise_accuracy,
)
from checker.lab.metrics.effective_rank import effective_rank
from checker.lab.metrics.forward_flops import forward_flops
from checker.lab.metrics.head_deviation import head_deviation
from checker.lab.metrics.high_norm_share import high_norm_share
from checker.lab.metrics.knn_accuracy import knn_accuracy
from checker.lab.metrics.layer_similarity import layer_similarity
from checker.lab.metrics.linear_probe_accuracy import linear_probe_accuracy
from checker.lab.metrics.log_amplitude_change import attention_amplitude_change, mlp_amplitude_change
from checker.lab.metrics.norm_ratio import norm_ratio
from checker.lab.metrics.object_attention import object_attention, object_overlap
from checker.lab.metrics.parameter_count import parameter_count
from checker.lab.metrics.peak_memory import peak_memory
from checker.lab.metrics.perturbed_accuracy import (
    high_pass_accuracy,
    low_pass_accuracy,
    occlusion_accuracy,
    shuffling_accuracy,
)
from checker.lab.metrics.reconstruction_error import reconstruction_error
from checker.lab.metrics.relative_log_amplitude import relative_log_amplitude
from checker.lab.metrics.rotation_error import rotation_error
from checker.lab.metrics.shape_preference import shape_preference
from checker.lab.metrics.token_similarity import token_similarity
from checker.lab.metrics.training_throughput import training_throughput
from checker.lab.metrics.translation_error import translation_error

__all__ = [
    "METRICS",
    "Metric",
    "attention_amplitude_change",
    "attention_distance",
    "attention_entropy",
    "attention_local_mass",
    "attention_nmi",
    "attention_offset",
    "attention_to_self",
    "background_norm_share",
    "blur_accuracy",
    "calibration_error",
    "class_attention_entropy",
    "class_attention_to_self",
    "compression_accuracy",
    "contrast_accuracy",
    "corruption_accuracy",
    "effective_rank",
    "forward_flops",
    "head_deviation",
    "high_norm_share",
    "high_pass_accuracy",
    "knn_accuracy",
    "layer_similarity",
    "linear_probe_accuracy",
    "low_pass_accuracy",
    "metric",
    "mlp_amplitude_change",
    "noise_accuracy",
    "norm_ratio",
    "object_attention",
    "object_overlap",
    "occlusion_accuracy",
    "parameter_count",
    "peak_memory",
    "reconstruction_error",
    "relative_log_amplitude",
    "rotation_error",
    "shape_preference",
    "shuffling_accuracy",
    "token_similarity",
    "training_throughput",
    "translation_error",
]

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")
