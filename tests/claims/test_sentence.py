"""Text in, text out: what is read through in a sentence, and what stays a word of it."""

from __future__ import annotations

import re
import time

import pytest

from checker.claims.sentence import last_sentence, plain

S = re.compile(r"\bS\b")
SAID = "MAE has shorter attention distance than DINO"


@pytest.mark.parametrize(
    "source",
    [
        "- S ([[park2023|Park et al. 2023]])",
        "Intro. S (Park et al. 2023).",
        "- S ([[Paper|p. 3]])",
        "- S ==(p. 3)==",
        "- S, cf. [[Paper]] sec. 4",
        "- S[^park]",
        "S.[^1]",
        "[^1]: S",
        "\\[^1\\]: S",
        "- S [@park2023]",
        "- S [@park2023, p. 3]",
        "- S [see @a2020; also @b2021, chap. 3]",
        "- S [-@a2020]",
        "- S ([[@park2023]])",
        "- S [[@park2023]]",
        "- S @park2023",
        "S. @park2023",
        "S; cf. @park2023.",
        "- S %%check Fig 3%%",
        "- S <!-- check Fig 3 -->",
        "- %%todo%% S",
        "- S (cf. Raghu 2021, Fig. 2)",
        "- S (cf. [[Raghu 2021]], Fig. 2)",
        "- S (see [[Paper]], p. 3)",
        "S, see [[Paper]].",
        "finding:: S",
        "- claim:: S",
        "[claim:: S",
        "**Claim:** S",
        "**Claim**: S",
        "Claim 3: S",
        "Key finding: S",
        "idea: S",
        "TIL: S",
        "TL;DR: S",
        "H1: S",
        "(i) S",
        "- > 10) [ ] S",
        "> > S\n> > (Park et al.,\n> > 2023)",
        "- “S” (Kim et al., 2024, p. 6)",
        "S [3]",
        "S [3, 4]",
        "S [3–5].",
        "S (Park et al. [3])",
        "S [36](http://x)",
        "S [[36](http://x), [37](http://y)]",
        "S [\\[36\\]](http://x)",
        "S ([Park et al., 2023, p. 3](zotero://select/x)) ([pdf](zotero://open-pdf/x))",
        "S [Park et al. 2023](https://x.y)",
        "S [[park2023|Park et al. 2023]]",
        "S \\[[park2023|Park et al. 2023]\\]",
        "S ([[raghu2021]])",
        "S \\cite{park2023}",
        "S (Fig. 2; see Table 3, Sec. 4.1)",
        "S (Fig. 2, 3)",
        "S (Appendix B)",
        "S (He & Sun, 2015; Park and Kim 2020b, pp. 3-4)",
        "S (K. He et al., 2022)",
        "S (O'Neil 2021)",
        "S (van der Maaten, 2008)",
        "S (Nguyen-Phuoc et al., 2020)",
        "S (Müller, 2020)",
        "S (2021)",
        "S (Park et al., ICLR 2023)",
        "S (arXiv:2305.00729)",
        "S, Park et al. 2023",
        "S https://arxiv.org/abs/2305.00729",
        "S <https://a.b/c>",
        "S ^[an inline footnote]",
        "S<sup>1</sup>",
        "S ![[fig.png|300]]",
        "See above [12]. S.",
        "First e.g. Fig. 3. S",
        "No. S",
        "~~A is B.~~ S",
    ],
)
def test_what_is_read_through(source: str) -> None:
    assert last_sentence(plain(S.sub(SAID, source))) == SAID


@pytest.mark.parametrize(
    ("aside", "kept"),
    [
        ("(refuted, 2023)", "(refuted)"),
        ("(Refuted, 2023)", "(Refuted)"),
        ("(fine-tuned, He et al., 2022)", "(fine-tuned)"),
        ("(Fine-tuned, 2022)", "(Fine-tuned)"),
        ("(Frozen, He et al., 2022)", "(Frozen)"),
        ("(Toy, 2023)", "(Toy)"),
        ("(Withdrawn 2021)", "(Withdrawn 2021)"),
        ("(on CIFAR-10, 2021)", "(on CIFAR-10)"),
        ("(ViT-L, 2021)", "(ViT-L)"),
        ("(DINO, 2021)", "(DINO)"),
        ("(ImageNet, 2012)", "(ImageNet)"),
        ("(except BEiT, 2021)", "(except BEiT)"),
        ("(small, Park et al. 2023, refuted)", "(small, refuted)"),
        ("(Park et al. 2023 refuted)", "(Park et al. 2023 refuted)"),
        ("(not on CIFAR-10; Park et al., 2023)", "(not on CIFAR-10)"),
        ("(contra Park, 2023)", "(contra Park)"),
        ("[@he2022, on CIFAR-10]", "[on CIFAR-10]"),
        ("([[fine-tuned]])", "(fine-tuned)"),
        ("([[CIFAR-10]])", "(CIFAR-10)"),
        ("in layers [2, 4]", "in layers [2, 4]"),
        ("at toy scale, i.e. ViT-tiny", "at toy scale, i.e. ViT-tiny"),
        (", but see [[Paper]]", ", but see Paper"),
        ("[sic]", "[sic]"),
        ("%%a%% in `%%b%%` [[50%% x|it]] and [[60%% y]]", "in `%%b%%` it and 60%% y"),
    ],
)
def test_words_that_are_no_citation_stay(aside: str, kept: str) -> None:
    assert last_sentence(plain(f"{SAID} {aside}")) == f"{SAID} {kept}".replace(" ,", ",")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("MAE has shorter attention distance than @dino2021", "MAE has shorter attention distance than @dino2021"),
        ("Park et al. (2023) show that S", f"Park et al. show that {SAID}"),
        ("According to [[park2023|Park et al. 2023]], S", f"According to Park et al. 2023, {SAID}"),
        ("refuted:: S", f"refuted:: {SAID}"),
        ("Wrong: S", f"Wrong: {SAID}"),
        ("open question: S", f"open question: {SAID}"),
        ("MAE (He et al., 2022) has shorter attention distance than DINO (Caron et al., 2021)", SAID),
        ("MAE[^1] has shorter[^2] attention distance than DINO", SAID),
        ("CL, e.g. MoCo v3, has longer attention distance than MIM", "CL, e.g. MoCo v3, has longer attention distance than MIM"),
        ("A vs. DINO, resp. MAE, cf. CL in approx. 3 ViTs", "A vs. DINO, resp. MAE, cf. CL in approx. 3 ViTs"),
        ("It is in Fig. 3. A is B", "A is B"),
        ("Is it? A is B", "A is B"),
        ("by K. He et al. A is B", "by K. He et al. A is B"),
        ("[[Sq]uare|A]] is [[Sq]uare]]", "A is Sq]uare"),
    ],
)
def test_sentences(source: str, text: str) -> None:
    assert last_sentence(plain(source.replace("S", SAID) if source.endswith("S") else source)) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("~~A is B~~", ""),
        ("<del>A is B</del>", ""),
        ("“~~A is B.~~”", ""),
        ("A is B. ~~C is D.~~", ""),
        ("~~A~~ ~~is B~~", ""),
        ("A is ~~B~~ C", "A is ~~B~~ C"),
        ("~~A is B~~ and C", "~~A is B~~ and C"),
        ("~~A is B. C is D~~ E is F", "~~C is D~~ E is F"),
    ],
)
def test_what_is_struck_out_is_no_claim_and_half_of_it_is_shown(source: str, text: str) -> None:
    assert last_sentence(plain(source)) == text
    assert last_sentence(plain(text)) == text


@pytest.mark.parametrize(
    "text",
    ["<!--" * 40000, "%%" * 40001, "[a " * 40000, "(Park et al. " * 10000, " " * 200000 + "x", "@a " * 30000, "A. " * 30000, "A." * 30000,
     "(" + "Park, " * 15000 + "2020)", "~~a" * 30001, "see " * 30000],
)  # fmt: skip
def test_a_long_text_takes_no_longer_than_it_is_long(text: str) -> None:
    began = time.process_time()
    last_sentence(plain(text))
    assert time.process_time() - began < 5
