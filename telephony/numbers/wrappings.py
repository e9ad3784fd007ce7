"""What people and programs write around a number: labels, brackets, links, signs that keep a spreadsheet quiet.

One label, link or pair of brackets is taken off, and the rest must be a number by itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from urllib.parse import unquote

from telephony.numbers.number_errors import problem

_FORMULA_TEXT = re.compile(r'="+\s*([^"=]*?)\s*"+|=\s*(\+?[0-9][0-9 ().-]*)|"+\s*([^"]*?)\s*"+')
_COMPLETE_LINK = re.compile(
    r"(?:https?://)?(?:www\.)?(?:wa\.me/(?:message/)?|(?:api|web)\.whatsapp\.com/send/?\?(?:[^#]*&)?phone=|"
    r"(?:whatsapp|viber)://(?:send|chat)/?\?(?:[^#]*&)?(?:phone|number)=|t\.me/)"
    r"(?:\+|%2B)?([0-9][0-9 ().-]*)/?(?:[?&#].*)?",
    re.IGNORECASE,
)
_COMPLETE_ID = re.compile(r"\+?([0-9]{7,15})@(?:c\.us|s\.whatsapp\.net)", re.IGNORECASE)
_URI = re.compile(r"(?:tel|callto|sms|smsto|phone)(?::/{0,2})(.*)", re.IGNORECASE | re.DOTALL)
_SIP = re.compile(r"sips?:([^@;]+)(?:@.*)?", re.IGNORECASE)
_VCARD = re.compile(r"(?:item[0-9]+\.TEL|(?:item[0-9]+\.)?TEL;[^:+0-9]*):(?:uri:)?(.*)", re.IGNORECASE | re.DOTALL)
_CONTEXT = re.compile(r"(.*?);phone-context=(\+?)([^;]*)(.*)", re.IGNORECASE | re.DOTALL)

_LABELS = """
phone|phone no|phone number|telephone|telepon|telp|tlp|tel|tel no|telefon|telefono|teléfono|telefone|téléphone|mobile
mobile no|mobil|mob|móvil|movil|celular|cel|cell|handy|handphone|hp|hp/wa|wa/hp|no hp|no. hp|no telp|no. telp|no|nr|num
nomor|nomor hp|whatsapp|wa|no wa|no. wa|wapp|p|m|h|w|o|t|c|home|work|office|private|main|rumah|kantor|pribadi|casa
trabajo|privat|gsm|msisdn|direct|call|wib|wita|wit|手机|手机号|手機|电话|電話|携帯
휴대폰|전화|тел|моб|โทร|đt|sđt|di động
"""
# The longest first: an alternation takes the first that fits, and "phone" is the beginning of "phone number".
_WORDS = "|".join(sorted(map(re.escape, re.split(r"[|\n]", _LABELS.strip())), key=len, reverse=True))
_FAX = re.compile(r"\b(?:fax|faks|telefax)\b|[(\[]\s*f\s*[)\]]\s*$|传真|傳真|факс", re.IGNORECASE)
_LABEL_BEFORE = re.compile(
    rf"(?:{_WORDS})(?:\s*[.:：=]+\s*|\s+|(?<=[^\x00-\x7f]))(?=[+(0-9])(.*)", re.IGNORECASE | re.DOTALL
)
# "No" in front is short for number; behind it is an answer.
_LABEL_BEHIND = re.compile(
    rf"(.*[0-9])\s*(?:[(\[]\s*(?P<word>[^()\[\]0-9]*?)\s*[)\]]|\s-?\s*(?!no\s*$)(?:{_WORDS}))\s*",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(rf"(?:{_WORDS})", re.IGNORECASE)
_INSIDE = r"(\+?[0-9(][0-9 ().+-]*[0-9])"
_BRACKETS = re.compile(rf"[<\[{{~_*|]+\s*{_INSIDE}\s*[>\]}}~_*|]+|[~_]+\s*{_INSIDE}")
_NAME = re.compile(r"[^\W\d_]+(?:[ .'-][^\W\d_]+){0,2}")
# A bracket behind a number may hold a name, but not a word that says something about calling or about the number.
_NO_NAMES = re.compile(
    r"\b(?:no|not|none|don.?t|never|stop\w*|wrong|old|dead|deceased|rip|late|block\w*|black\w*|invalid|cancel\w*|clos\w*|"
    r"inactive|bad|broken|busy|changed|complain\w*|disconnect\w*|dnc|dnd|do|emergency|ex|expired|former|gone|left|"
    r"lawyer|lawsuit|legal|litig\w*|minor|moved|opt\w*|out|out.of.service|private.number|quit|refus\w*|reject\w*|"
    r"remove\w*|report\w*|sold|spam\w*|suppress\w*|unsub\w*|unknown|unreachable|disabled|deactivated|suspended|unused|"
    r"neighbou?r|boss|ask|for|via|c/o|salah|lama|mati|jangan|jgn|tutup|blokir|tidak|tdk|bukan|bkn|ganti|hangus|rusak|"
    r"nonaktif|non|pindah|tolak|almarhum\w*|alm|berhenti|tetangga|tanya|nicht|kein\w*|falsch\w*|alt\w*|tot|verstorben\w*|"
    r"gesperrt|sperre|gekündigt|umgezogen|ungültig|pas|faux|ancien\w*|décédé\w*|refus\w*|résilié|sin|baja|antiguo|viejo|"
    r"equivocado|fallecid\w*|morto|errado|errato|sbagliato|vecchio|bloquead\w*|não|nao|cancelad\w*|умер\w*|старый|неверн\w*)\b"
    r"|不|勿|错|錯|旧|舊|空号|空號|停机|停機|拒|黑名单|死|古い|間違|拒否|금지|거부|못|ไม่|ห้าม|لا|خطأ",
    re.IGNORECASE,
)


def taken_off(text: str, repairs: list[str]) -> tuple[str, bool]:
    """The number inside, and whether it surely begins with its calling code. Raises NumberError."""
    if text.startswith(("=", '"')) and (found := _FORMULA_TEXT.fullmatch(text.rstrip(",; "))):
        text = next(filter(None, found.groups()), "")
        repairs.append("formula_text")
    if PLAIN_ENOUGH.fullmatch(text):
        return text, False
    if found := _COMPLETE_LINK.fullmatch(text) or _COMPLETE_ID.fullmatch(text):
        repairs.append("label")
        return found[1].strip(), True
    if found := _VCARD.fullmatch(text):
        repairs.append("label")
        text = found[1].strip()
    if found := _URI.fullmatch(text) or _SIP.fullmatch(text):
        repairs.append("tel_prefix")
        text = _without_parameters(unquote(found[1]).strip())
    return _without_labels(text, repairs), False


PLAIN_ENOUGH = re.compile(r"\+?[0-9(][0-9 ().-]*")
"""Nothing is wrapped around it."""


def _without_parameters(text: str) -> str:
    """RFC 3966: a local number belongs to its context where that is a number, too."""
    if found := _CONTEXT.fullmatch(text):
        number, plus, context, rest = found.groups()
        is_local = plus and context.isdigit() and not number.startswith("+")
        text = f"+{context}{number}{rest}" if is_local else number + rest
    if ";ext=" in text.lower():
        return text
    return text.partition(";")[0].strip()


def _without_labels(text: str, repairs: list[str]) -> str:
    if _FAX.search(text):
        raise problem("fax")
    stripped = text.rstrip(",; ").lstrip(",; ")
    for pattern in (_BRACKETS, _LABEL_BEFORE, _LABEL_BEHIND):
        if (found := pattern.fullmatch(stripped)) and _is_label(found):
            stripped = (found[1] or found[2]).strip()
    if stripped != text:
        repairs.append("label")
    return stripped.rstrip(",; ")


def _is_label(found: re.Match[str]) -> bool:
    """A bracket behind the number holds a known word, a country, or a name."""
    word = found.groupdict().get("word")
    if word is None:
        return True
    if word.casefold() == "no":
        return False
    return (
        bool(_WORD.fullmatch(word))
        or word.casefold() in _countries()
        or bool(_NAME.fullmatch(word) and not _NO_NAMES.search(word))
    )


def country_behind(text: str) -> str:
    """ISO 3166 of the country whose English name stands in brackets behind a number, else ""."""
    word = text.rstrip(" )];,").rpartition("(")[2].strip().casefold() if "(" in text else ""
    return _countries().get(word, "") if len(word) > 2 else ""


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """English names and codes of countries → ISO 3166."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {word.casefold(): row[0] for row in rows for word in row}
