"""Tagged block to claim to claim spec. The words it may use reach it as a `Vocabulary`."""

from checker.claims import kinds as _kinds  # noqa: F401
from checker.claims.claim import Claim, find_claims, vault_claims
from checker.claims.conflict import contradictions
from checker.claims.exact import exact_spec
from checker.claims.language.read import read_sentence
from checker.claims.language.reading import Reading
from checker.claims.layers import select_layers
from checker.claims.named import Identity, NamedSpec, is_untouched, parse_spec, print_spec
from checker.claims.slug import slug, slugify
from checker.claims.spec import ClaimSpec

__all__ = [
    "Claim",
    "ClaimSpec",
    "Identity",
    "NamedSpec",
    "Reading",
    "contradictions",
    "exact_spec",
    "find_claims",
    "is_untouched",
    "parse_spec",
    "print_spec",
    "read_sentence",
    "select_layers",
    "slug",
    "slugify",
    "vault_claims",
]
