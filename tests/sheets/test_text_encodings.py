"""Which encodings are offered, in which order, and that each is shown by the same two lines."""

from __future__ import annotations

import codecs
import json
import unicodedata

import pytest

from sheets.encodings import NAMES, canonical
from sheets.errors import FileRefused
from sheets.inspection import Inspection
from tests.sheets.files import Desk, gzipped
from tests.sheets.tables import phone, read

VIETNAMESE = "Trâ\u0300n Thi\u0323 Hô\u0300ng;Hà Nô\u0323i\nĐă\u0323ng Thu Ha\u0300;Huê\u0301"
TEXTS = [
    ("cp1250", "Jiří Dvořák;Plzeň\nŽofie Šťastná;Ústí nad Labem"),
    ("cp1250", "Łukasz Żółć;Łódź\nMałgorzata Wiśniewska;Kraków"),
    ("cp1250", "Kovács Zoltán;Győr\nHorváth Ernő;Pécs"),
    ("iso8859-2", "Jiří Dvořák;Plzeň\nŽofie Šťastná;Ústí nad Labem"),
    ("cp1251", "Иван Петров;Москва\nОльга Смирнова;Казань"),
    ("cp1251", "Олександр Шевченко;Київ\nЮлія Ковальчук;Львів"),
    ("koi8-r", "Иван Петров;Москва\nОльга Смирнова;Казань"),
    ("cp1252", "José Ñandú;Málaga\nFrançoise Müller;Besançon"),
    ("cp1252", "Søren Kjær;Århus\nBjörn Ångström;Göteborg"),
    ("cp1252", "O’Brien – 5 €;“x”\n12 ° – 3 £;y"),
    ("mac-roman", "José Ñandú;Málaga\nFrançoise Müller;Besançon"),
    ("iso8859-15", "Œuvre à 5 €;Besançon\nHélène Lefèvre;Nîmes"),
    ("cp1253", "Γεώργιος Παπαδόπουλος;Αθήνα\nΜαρία Ιωάννου;Πάτρα"),
    ("cp1254", "Ayşe Yılmaz;İstanbul\nÇağrı Şahin;Iğdır"),
    ("cp1255", "דוד כהן;תל אביב\nשרה לוי;חיפה"),
    ("cp1256", "محمد علي;القاهرة\nفاطمة الزهراء;بغداد"),
    ("cp1257", "Jānis Bērziņš;Rīga\nKārlis Ozoliņš;Jūrmala"),
    ("cp1257", "Žydrūnas Šaulys;Šiauliai\nŪla Petrauskaitė;Kaunas"),
    ("cp1258", VIETNAMESE),
    ("cp874", "สมชาย ใจดี;กรุงเทพ\nสมหญิง รักไทย;เชียงใหม่"),
    ("cp932", "田中太郎;東京\n鈴木花子;大阪"),
    ("cp932", "タナカ タロウ;トウキョウ\nスズキ ハナコ;オオサカ"),
    ("euc_jp", "田中太郎;東京\n鈴木さくら;大阪"),
    ("cp949", "김철수;서울\n이영희;부산"),
    ("gb18030", "王小明;上海\n张伟;北京"),
    ("big5", "陳大文;臺北\n黃小明;高雄"),
]


def list_of(names: str) -> str:
    rows = [f"{phone(row)};{line}" for row, line in enumerate(names.split("\n"))]
    return "\r\n".join(["phone;name;city", *rows, ""])


@pytest.mark.parametrize(("encoding", "names"), TEXTS)
def test_the_right_encoding_is_offered_first(encoding: str, names: str) -> None:
    text = list_of(names)
    found = read(text.encode(encoding))
    assert found.inspection.encodings[0] == encoding
    assert not found.inspection.is_certain
    assert found.rows == [line.split(";") for line in text.splitlines()[1:]]


@pytest.mark.parametrize(("encoding", "names"), TEXTS)
def test_every_one_that_is_offered_shows_the_same_two_lines(encoding: str, names: str) -> None:
    text = list_of(names)
    inspection = read(text.encode(encoding)).inspection
    assert tuple(inspection.samples) == inspection.encodings
    assert inspection.samples[encoding] == tuple(text.splitlines()[1:3])
    shown = list(inspection.samples.values())
    assert all(len(lines) == 2 for lines in shown)
    assert len(set(shown)) == len(shown), "two that read the same need no choice"
    for name, lines in inspection.samples.items():
        assert [line.encode(name) for line in lines] == [line.encode(encoding) for line in text.splitlines()[1:3]]
        assert not any(unicodedata.category(char) in ("Cc", "Co", "Cn") for line in lines for char in line)


@pytest.mark.parametrize(("encoding", "names"), TEXTS)
def test_every_one_that_is_offered_reads_the_whole_file(encoding: str, names: str) -> None:
    content = list_of(names).encode(encoding)
    for name in read(content).inspection.encodings:
        assert [row[0] for row in read(content, encoding=name).rows] == [phone(0), phone(1)]


def test_one_byte_far_down_rules_an_encoding_out() -> None:
    """0x98 is nothing in windows-1251."""
    rows = [f"{phone(row)};Иван Петров" for row in range(5_000)]
    content = "\n".join(["phone;имя", *rows]).encode("cp1251")
    assert "cp1251" in read(content).inspection.encodings
    assert "cp1251" not in read(content + b"\n+447700900001;\x98\n").inspection.encodings


def test_a_half_character_at_the_end_rules_an_encoding_out() -> None:
    content = list_of("田中太郎;東京\n鈴木花子;大阪").encode("cp932")
    assert read(content).inspection.encodings[0] == "cp932"
    assert "cp932" not in read(content + b"\x93").inspection.encodings


@pytest.mark.parametrize("chunk", [7, 64, 1000])
def test_a_file_is_read_piece_by_piece(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheets.encodings._CHUNK", chunk)
    for encoding, names in TEXTS:
        assert read(gzipped(list_of(names).encode(encoding))).inspection.encodings[0] == encoding


def test_lines_of_an_old_mac_are_telling_too() -> None:
    text = list_of("José Ñandú;Málaga\nFrançoise Müller;Besançon").replace("\r\n", "\r")
    found = read(text.encode("mac-roman"))
    assert (found.inspection.encodings[0], found.inspection.line_end) == ("mac-roman", "\r")
    assert found.inspection.samples["mac-roman"] == tuple(text.split("\r")[1:3])


def test_a_line_that_does_not_end_is_refused_before_it_is_held() -> None:
    with pytest.raises(FileRefused, match="is longer than 1048576 characters"):
        read(b"phone\n" + b"\xe9" * 6_000_000)


WIDE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
BOMS = {
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("has_mark", [True, False])
@pytest.mark.parametrize("names", ["王小明;上海\n张伟;北京", "Иван Петров;Москва\nОльга;Казань", "Ann;York\nZoë;Bath"])
def test_two_and_four_bytes_a_character(encoding: str, has_mark: bool, names: str) -> None:
    text = list_of(names)
    found = read((BOMS[encoding] if has_mark else b"") + text.encode(encoding))
    assert found.inspection.encodings == (encoding,)
    assert found.inspection.is_certain == has_mark
    assert found.rows == [line.split(";") for line in text.splitlines()[1:]]
    if not has_mark:
        assert len(found.inspection.samples[encoding]) == 2


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("has_mark", [True, False])
@pytest.mark.parametrize("is_one_per_line", [True, False])
def test_json_in_two_and_four_bytes_a_character(encoding: str, has_mark: bool, is_one_per_line: bool) -> None:
    items = [{"phone": phone(row), "name": "王小明 Иван 😀"} for row in range(3)]
    text = "\n".join(json.dumps(item, ensure_ascii=False) for item in items)
    if not is_one_per_line:
        text = json.dumps({"callList": items}, ensure_ascii=False)
    content = (BOMS[encoding] if has_mark else b"") + text.encode(encoding)
    for packed in (content, gzipped(content)):
        found = read(packed)
        assert found.inspection.kind == "json"
        assert found.rows == [[item["phone"], item["name"]] for item in items]


def test_json_that_breaks_off_in_the_middle_of_a_character_is_refused(desk: Desk) -> None:
    content = '[{"phone": "1"}, {"phone": "2"}]'.encode("utf-16-le")
    assert desk.refusal(content[:-1]).startswith("The JSON is incomplete or invalid after item 2.")


def test_utf8_and_ascii_are_certain_and_offer_nothing_else() -> None:
    for content in (list_of("Ann;York\nBob;Bath"), list_of("Zoë;Łódź\n王;上海")):
        inspection = read(content).inspection
        assert (inspection.encodings, inspection.is_certain, inspection.samples) == (("utf-8",), True, {})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("windows-1251", "cp1251"),
        ("Shift_JIS", "cp932"),
        ("shift-jis", "cp932"),
        ("EUC-KR", "cp949"),
        ("gbk", "gb18030"),
        ("latin-1", "cp1252"),
        ("ISO-8859-2", "iso8859-2"),
        ("KOI8-R", "koi8-r"),
        ("macintosh", "mac-roman"),
        ("tis-620", "cp874"),
        ("UTF-8", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-7", ""),
        ("nonsense", ""),
        ("base64", ""),
    ],
)
def test_usual_names_of_encodings(name: str, meant: str) -> None:
    assert canonical(name) == meant


def test_every_encoding_that_is_read_has_its_own_name() -> None:
    assert [canonical(name) for name in NAMES] == list(NAMES)


def test_an_inspection_survives_being_stored() -> None:
    inspection = read(list_of(TEXTS[0][1]).encode("cp1250")).inspection
    assert Inspection.from_json(json.loads(json.dumps(inspection.as_json()))) == inspection
