"""Citations of a closed form, and the text without them. Words that are no citation stay, in a parenthesis as anywhere else.

They go in two steps. `without_citations` takes out of the source what is a citation whatever the vocabulary is. `citations` finds
those in a plain sentence that are one only if none of their names is a word of the vocabulary.

A name and a year alone could be any capitalised word ("Refuted, 2023", "Epoch 2000"). So names count only if none is a word of
the claim language or of the field, and only with a sure sign: "et al."; a year after two names or a comma; "cf."; "Fig. 2".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from checker.claims.language.lazy import lazy
from checker.claims.language.lexicon import phrases_of
from checker.claims.language.reference import KEY, LOCATOR, MARK, NAME, NUMBERS, PARTICLE, SURNAME, SURNAMES, TWO_NAMES, YEAR
from checker.claims.language.unknown import kind_of

Span = tuple[int, int]

LINKED = ("\x02", "\x03")  # around the text of a link
LONGEST = 300  # characters of one citation

_SURE = (
    rf"(?:(?:{TWO_NAMES}|{NAME}\s*,?)\s+et\s+al\.?(?:\s*,?\s*{YEAR})?|{NAME}\s*,?\s+and\s+(?:colleagues|others)(?:\s*,?\s*{YEAR})?"
    rf"|{TWO_NAMES}\s*,?\s*{YEAR})"
)
_VENUE = (
    r"(?:(?:ICLR|ICML|NeurIPS|NIPS|CVPR|ICCV|ECCV|WACV|BMVC|AAAI|IJCAI|TMLR|JMLR|TPAMI|PAMI|IJCV|ACL|EMNLP|NAACL|Nature|Science"
    r"|arXiv|preprint|in press|forthcoming|n\.d\.)(?:\s*(?:" + YEAR + r"|['’]\d\d))?)"
)
_ADDRESS = (
    r"(?:https?://[^\s()<>\[\]\x02\x03]+|(?:doi:\s*|https://doi\.org/)?10\.\d{4,9}/[^\s()]+|arXiv:\s*\d{4}\.\d{4,5}(?:v\d+)?)"
)
_SLUG = rf"(?:[a-z][a-z-]*[A-Za-z-]*{YEAR}(?:[A-Za-z-]*[A-Za-z])?)"  # park2023, he2022masked
_DATED_KEY = rf"(?:-?@(?:\{{[^{{}}]+\}}|[A-Za-z][A-Za-z:_-]*{YEAR}(?:[\w:-]*\w)?))"
_DATED = rf"(?:{_SURE}|{NAME},\s*{YEAR}|(?P<bare>{NAME})\s+{YEAR}|{YEAR})"
_WORK = rf"(?:{_DATED}|{_VENUE}|{_ADDRESS}|{KEY}|{_SLUG}|{LOCATOR})"
_LEAD = r"(?i:(?:see(?:\s+also)?|cf\.?|e\.g\.,?|compare|also|as in|in|from|following|adapted from|source:?)\s+)"
_POINTING = r"(?i:(?:see(?:\s+also)?|cf\.?|compare|adapted from|source:?)\s+)"  # never a part of what is said

CITED = lazy(rf"(?P<lead>{_LEAD})?(?P<linked>\x02)?(?P<work>{_WORK})\x03?(?P<place>\s*,?\s+{LOCATOR})?")
POINTED = lazy(rf"{_POINTING}\x02[^\x02\x03]*\x03(?:\s*,?\s+{LOCATOR})?|\x02(?:pdf|link|paper|source|doi|arXiv|\d{{1,3}})\x03")
NUMBERED = lazy(r"\x02?\d{1,3}\x03?(?:\s*[-–]\s*\x02?\d{1,3}\x03?)?")
BARE_NUMBER = lazy(NUMBERS)
PLACED = lazy(rf"(?:{_LEAD})?{LOCATOR}")
TWO_BEFORE = lazy(rf"\b{TWO_NAMES}\s*\Z")
SURE_NAME = lazy(rf"(?:[OD]['’]|Mc|Mac[A-Z]|{PARTICLE}\s|[A-Z]\.).+")  # of no other word
GROUP = lazy(r"\(([^()\[\]]*)\)|(?<![\[\\])\[([^()\[\]]*)\](?!\])")
TRAIL = lazy(
    rf"\s?[,;]?\s?(?:(?:but\s+)?{_POINTING}(?:\x02[^\x02\x03]*\x03|(?P<work>{_WORK}))|\x02(?P<linked>{_SURE}|{KEY}|{_SLUG})\x03|(?P<key>{_DATED_KEY}))"
    rf"(?:\s*,?\s+{LOCATOR})?(?=\s*(?:[,.;:)~]|$))"
)
NAMED = lazy(rf"(?:\s?[,—–]|\s-)\s?(?P<work>{_SURE})(?<!et al(?=\.))(?=\s*(?:;|$|\.\s*(?:$|[A-Z])))")
ADDRESS = lazy(rf"<?{_ADDRESS}>?")
BEFORE = lazy(r"(\w+)\W*\Z")
AMOUNT = lazy(r"\d\s*(?:%|px|pp|x|×|times|points?|percent|patches)?\s*\Z")
COUNTED = lazy(
    r"\s*(?:%|×|(?:px|x|pp|percent|points?|times|(?:\w+\s)?(?:layers?|heads?|blocks?|epochs?|steps?|tokens?|patches))\b)"
)
GROUPED = lazy(r"\d{1,3}(?:\s*[-–,;]\s*\d{1,3})*")
JOINED = lazy(r"\s*[-/]?\w*\d|\s*-?[A-Z]\b|\w|\s*[-/]\w")  # what would go with the word before, as in "DINO [1] v2"
MOST = 200  # the number of a work within a sentence; higher ones may be epochs
# What is left in a plain sentence. Of what `without_citations` knows it has kept all, so no name with a sign and no key counts.
_SOURCE = rf"(?:{SURNAMES}(?:\s+et\s+al(?:\.|\b))?,?\s+{YEAR}|{SURNAMES}\s+et\s+al(?:\.|\b)|{YEAR}|{KEY})"
_ITEM = (
    rf"(?:(?:see(?:\s+also)?|cf\.?|e\.g\.,?|as\s+in|from|in|also)\s+)?(?:{_SOURCE}|{LOCATOR})(?:\s+(?:in|of|from)\s+{_SOURCE})?"
)
_ITEMS = rf"{_ITEM}(?:\s*(?:[,;]|\band\b|&)\s*{_ITEM})*"
_KNOWN = rf"(?![^()]*(?:\b{SURNAME}\s+{YEAR}|\bet\s+al\b|@\w))"
LEFT = lazy(rf"\({_KNOWN}{_ITEMS}\)")
LEFT_NUMBER = lazy(r"(?<![%\d])(?<![%\d] )(?<!px )(?:\bby\s+)?\[\d{1,3}\](?!\s*[\w%])")  # [3], or who says it: by [3]
LEFT_IN_PARENTHESIS = lazy(rf"\s*[,;]\s*{_ITEMS}(?=\))")  # of a parenthesis that says something as well
BESIDE_NAMES = lazy(rf"{MARK}|\b{LOCATOR}|{YEAR}|{KEY}")
_PREPOSITIONS = """by in of from than per with and as to like or vs on at for
    layer layers head heads block blocks within between range
    last first next top bottom upper lower final initial above below over under least most exceeds exceed"""
NOT_BEFORE = frozenset(_PREPOSITIONS.split())  # after these a reference is a part of the sentence

# Capitalised words that stand before a year and are no surname. What ends like a participle or an adverb is none either.
_WORDS = """
    about above after against all almost also although an any around as at barely base because before below
    best between both but by class contested contra control correct deep dense disproven doubtful draft early
    erratum except false few final first fine for frozen from full global half hardly head high huge if in
    inconclusive incorrect invalid large last late layer least linear little local low lower many may mean
    median mini most mostly near never new no none nope not null of old on one only open or original over
    overall own pace partial patch per pilot possible probable proven public random rarely raw recent same
    seldom several shown since single small some sometimes sparse still subset ten test than that the their
    these this three time tiny top toy train true twice two under unclear unknown unless unlike unproven
    untrue upper usual valid very via weak when where while with without withdrawn worse worst wrong zero
"""
_NOUNS = """
    animal augmentation backbone baseline batch bird block blur building camera car cat channel checkpoint chart class cluster
    colour color crop curve dataset decoder depth digit distance distillation dog edge embedding encoder entropy epoch
    evaluation experiment face feature figure flower food frame giant gradient ground group head huge image imagenet imagenette
    indoor input iteration kernel key kinetics kitchen label layer learner level loss map mask metric mixer model network noise
    norm object objective openai outdoor output panel people photo photograph picture pixel place plant position pre probe
    projector prompt protocol query ratio register release resnet resolution result round run sample scale scene score
    scratch seed segmentation sequence set setting shape sketch speed split stage step street stride student table task teacher
    text texture token training transfer transformer tree trial tuning unit until update val validation value variant version
    video view vision voxel weight width window word laion cifar coco cityscapes pascal svhn mnist google meta facebook
    pytorch timm torch january february march april june july august september october november december spring summer
    apple bicycle bike black bright blurry bus child clean coarse colorful colourful crisp dark day dim dirty fast flat fruit
    fuzzy grainy gray grayscale greedy grey greyscale heavy horse kid light loud messy monochrome nearest night noisy orange
    plain quick quiet raw rough round sharp short simple slim slow smooth soft square static tail tall thick thin tight tough
    truck ugly vehicle warm cold hot wet wild window winner loser weird white wise wooden young
    autumn winter monday tuesday wednesday thursday friday saturday sunday
"""
WORDS = frozenset((*_WORDS.split(), *_NOUNS.split()))
FORM = lazy(r"\w{3,}(?:ed|ly|ive|ous|able|ible|less|ful)|\w{4,}(?:ing|ise|ize|tion|sion|ness|ment|ity|ical|ular)")


def without_citations(text: str) -> str:
    """The text without its citations; the marks of `LINKED` stay around the texts of links."""
    previous = None
    while text != previous:  # from the inside out: (Park et al. [3])
        previous = text
        text = GROUP.sub(_group, text)
    text = ADDRESS.sub("", text)
    for pattern in (TRAIL, NAMED):
        text = pattern.sub(_trailing(text), text)
    return re.sub(r"\x02\d{1,3}\x03", "", text)


def citations(text: str, is_name: Callable[[str], bool]) -> list[Span]:
    """Where a plain sentence still cites something. `is_name`: whether a word can be somebody's name."""
    found = [match for pattern in (LEFT, LEFT_IN_PARENTHESIS) for match in pattern.finditer(text)]
    spans = [match.span() for match in found if are_names(match[0], is_name)]
    return spans + [match.span() for match in LEFT_NUMBER.finditer(text)]


def are_names(text: str, is_name: Callable[[str], bool]) -> bool:
    """Whether all words with a capital in a reference can be names of people."""
    bare = BESIDE_NAMES.sub(" ", text)
    return all(is_name(word) for word in re.findall(r"[A-Z][\w'’-]*", bare))


def _group(match: re.Match[str]) -> str:
    square = match[2] is not None
    inner = match[2] if square else match[1]
    pieces = [piece.strip() for piece in re.split(r"[;,]", inner)]
    kept: list[str] = []
    position, place = 0, False
    while position < len(pieces):
        piece, following = pieces[position], ", ".join(pieces[position : position + 2])
        numbered = square and NUMBERED.fullmatch(piece) is not None
        after = pieces[position + 1] if position + 1 < len(pieces) else ""
        dated = after and not re.fullmatch(YEAR, piece)
        if dated and (_is_work(following) or (PLACED.fullmatch(after) and _is_work(piece, placed=True))):  # Park et al., 2023
            position, place = position + 2, PLACED.fullmatch(after) is not None
            continue
        continues = place and BARE_NUMBER.fullmatch(piece) is not None  # Fig. 2, 3
        place = PLACED.fullmatch(piece) is not None or continues
        if piece and not (numbered or continues or _is_work(piece) or POINTED.fullmatch(piece)):
            kept.append(piece)
        position += 1
    if len(kept) == len([piece for piece in pieces if piece]) or (square and _is_part(match)):
        return match[0] if inner.strip() else ""
    if joins(match) or (square and _is_amount(match, inner)):
        return match[0]
    if re.fullmatch(YEAR, inner) and TWO_BEFORE.search(match.string, max(0, match.start() - 60), match.start()):
        return match[0]  # it makes sure of the names: "He and Fan (2022) show that"
    closed = "[]" if square else "()"
    return f"{closed[0]}{', '.join(kept)}{closed[1]}" if kept else ""


def joins(match: re.Match[str]) -> bool:
    """Whether the words on both sides would read as one without what stands between them: "DINO [1] v2"."""
    before = match.string[: match.start()][-2:]
    return re.search(r"\w\s?\Z", before) is not None and JOINED.match(match.string, match.end()) is not None


def _is_amount(match: re.Match[str], inner: str) -> bool:
    """Whether a number in brackets can be an amount: a range beside a number, a number of layers, or one too high for a work."""
    numbers = inner.translate(dict.fromkeys(map(ord, LINKED)))
    if not GROUPED.fullmatch(numbers.strip()):
        return False
    if not numbers.strip().isdecimal() and AMOUNT.search(match.string[max(0, match.start() - 30) : match.start()]):
        return True
    high = any(int(number) > MOST for number in re.findall(r"\d+", numbers))
    within = re.match(r"\s*\w", match.string[match.end() : match.end() + 20]) is not None
    return COUNTED.match(match.string, match.end()) is not None or (high and within)


def _is_work(piece: str, placed: bool = False) -> bool:
    match = CITED.fullmatch(piece) if len(piece) < LONGEST else None
    if match is None or not _is_of_people(match["work"]):
        return False
    sure = placed or match["place"] or match["linked"] or re.match(_POINTING, match["lead"] or "")
    return match["bare"] is None or bool(sure) or SURE_NAME.match(match["bare"]) is not None


def _is_of_people(work: str) -> bool:
    """Whether no name in a reference is a word of the field: "Cats & Dogs, 2012", "imagenet2012"."""
    if re.fullmatch(rf"{LOCATOR}|{_VENUE}|{_ADDRESS}", work):
        return True
    names = re.findall(r"[^\W\d_]+", re.sub(r"\bet\s+al\b|\b(?:and|colleagues|others)\b", " ", work))
    if re.fullmatch(rf"{KEY}|{_SLUG}", work):  # the rest of it may be of the title: he2022masked
        return not names or not _is_word(names[0])
    return not any(_is_word(name) for name in names if name[0].isupper())


@cache
def _is_word(name: str) -> bool:
    """Whether a name is a word of the claim language or of the field, or has the form of a participle or an adverb."""
    word = name.casefold()
    forms = {word, f"{word}s", word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word)}
    if len(word) == 1:
        return False
    return bool(forms & (WORDS | _language())) or any(map(kind_of, forms)) or FORM.fullmatch(word) is not None


@cache
def _language() -> frozenset[str]:
    """The words of the claim language that stand alone, in lower case."""
    return frozenset(
        phrase.casefold() for phrases in phrases_of("lexicon.txt").values() for phrase in phrases if " " not in phrase
    )


def _is_part(match: re.Match[str]) -> bool:
    """Whether what stands before a reference makes it a part of the sentence: "in layers [2, 4]"."""
    before = BEFORE.search(match.string, max(0, match.start() - 40), match.start())
    return before is not None and before[1].casefold() in NOT_BEFORE


def _trailing(text: str) -> Callable[[re.Match[str]], str]:
    """What to put in place of a reference at the end of a sentence or clause: nothing, unless it is a part of the sentence."""

    def replaced(match: re.Match[str]) -> str:
        found = match.groupdict()
        work = found["work"] or found.get("linked") or found.get("key")
        kept = _is_part(match) or match[0].lstrip(" ,").startswith("but") or (work is not None and not _is_of_people(work))
        return match[0] if kept or not text[: match.start()].strip() else ""

    return replaced
