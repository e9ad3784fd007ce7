"""The column that says in which country a number is at home: names in many languages, codes of two or three letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import phonenumbers
from phonenumbers.geodata.locale import LOCALE_DATA

from campaigns.importer.rows import RowError, unknown_country
from sheets.dialect import fold

_CODE = re.compile(r"(?:\+|00)?([0-9]{1,3})(?:\.0)?")
_ALIASES = {
    "GB": "uk, u.k., great britain, britain, england, scotland, wales, northern ireland, inggris, united kingdom of "
    "great britain and northern ireland, inglaterra, angleterre, großbritannien, engeland, 英国, 英國, イギリス, 영국",
    "US": "usa, u.s.a., u.s., united states of america, america, amerika, amerika serikat, ee.uu., eeuu, eua, "
    "etats-unis d'amérique, 美国, 美國, アメリカ, 米国, 미국, сша",
    "AE": "uae, u.a.e., emirates, uea",
    "NL": "holland, the netherlands, belanda",
    "KR": "korea, south korea, republic of korea, korea selatan, 韩国, 韓國",
    "RU": "russian federation",
    "CN": "prc, p.r. china, people's republic of china, mainland china, tiongkok, 中国, 中國, 中国大陆",
    "HK": "hong kong, hongkong, 香港",
    "MO": "macau, macao, 澳门, 澳門",
    "TW": "taiwan, 台湾, 台灣, 臺灣",
    "VN": "vietnam, viet nam",
    "CZ": "czech republic, czechia",
    "TR": "turkey, türkiye, turkiye",
    "CI": "ivory coast",
    "CD": "drc, democratic republic of the congo, congo-kinshasa",
    "CG": "republic of the congo, congo-brazzaville",
    "ID": "republik indonesia, republic of indonesia, indonesia",
    "LA": "lao pdr",
    "IE": "eire, republic of ireland",
    "MM": "burma",
    "SZ": "swaziland",
    "MK": "macedonia",
    "CV": "cape verde",
    "VA": "vatican",
    "PS": "palestine",
    "TH": "ไทย",
    "IN": "الهند, भारत",
    "SA": "السعودية, ksa",
    "EG": "مصر",
}
# ISO 3166: each country's two letters, then its three.
_THREE_LETTERS = (
    "AD AND AE ARE AF AFG AG ATG AI AIA AL ALB AM ARM AO AGO AR ARG AS ASM AT AUT AU AUS AW ABW AX ALA AZ AZE BA BIH "
    "BB BRB BD BGD BE BEL BF BFA BG BGR BH BHR BI BDI BJ BEN BL BLM BM BMU BN BRN BO BOL BQ BES BR BRA BS BHS BT BTN "
    "BW BWA BY BLR BZ BLZ CA CAN CC CCK CD COD CF CAF CG COG CH CHE CI CIV CK COK CL CHL CM CMR CN CHN CO COL CR CRI "
    "CU CUB CV CPV CW CUW CX CXR CY CYP CZ CZE DE DEU DJ DJI DK DNK DM DMA DO DOM DZ DZA EC ECU EE EST EG EGY EH ESH "
    "ER ERI ES ESP ET ETH FI FIN FJ FJI FK FLK FM FSM FO FRO FR FRA GA GAB GB GBR GD GRD GE GEO GF GUF GG GGY GH GHA "
    "GI GIB GL GRL GM GMB GN GIN GP GLP GQ GNQ GR GRC GT GTM GU GUM GW GNB GY GUY HK HKG HN HND HR HRV HT HTI HU HUN "
    "ID IDN IE IRL IL ISR IM IMN IN IND IO IOT IQ IRQ IR IRN IS ISL IT ITA JE JEY JM JAM JO JOR JP JPN KE KEN KG KGZ "
    "KH KHM KI KIR KM COM KN KNA KP PRK KR KOR KW KWT KY CYM KZ KAZ LA LAO LB LBN LC LCA LI LIE LK LKA LR LBR LS LSO "
    "LT LTU LU LUX LV LVA LY LBY MA MAR MC MCO MD MDA ME MNE MF MAF MG MDG MH MHL MK MKD ML MLI MM MMR MN MNG MO MAC "
    "MP MNP MQ MTQ MR MRT MS MSR MT MLT MU MUS MV MDV MW MWI MX MEX MY MYS MZ MOZ NA NAM NC NCL NE NER NF NFK NG NGA "
    "NI NIC NL NLD NO NOR NP NPL NR NRU NU NIU NZ NZL OM OMN PA PAN PE PER PF PYF PG PNG PH PHL PK PAK PL POL PM SPM "
    "PR PRI PS PSE PT PRT PW PLW PY PRY QA QAT RE REU RO ROU RS SRB RU RUS RW RWA SA SAU SB SLB SC SYC SD SDN SE SWE "
    "SG SGP SH SHN SI SVN SJ SJM SK SVK SL SLE SM SMR SN SEN SO SOM SR SUR SS SSD ST STP SV SLV SX SXM SY SYR SZ SWZ "
    "TC TCA TD TCD TG TGO TH THA TJ TJK TK TKL TL TLS TM TKM TN TUN TO TON TR TUR TT TTO TV TUV TW TWN TZ TZA UA UKR "
    "UG UGA US USA UY URY UZ UZB VA VAT VC VCT VE VEN VG VGB VI VIR VN VNM VU VUT WF WLF WS WSM XK XKX YE YEM YT MYT "
    "ZA ZAF ZM ZMB ZW ZWE"
)


def regions_of(cells: Sequence[str]) -> tuple[list[str], dict[int, RowError]]:
    """ISO 3166 of two letters per row, "" where the row names no country; and the rows whose country nobody knows."""
    known = {cell: region_of(cell) for cell in set(cells)}
    errors = {place: unknown_country(cell) for place, cell in enumerate(cells) if known[cell] is None}
    return [known[cell] or "" for cell in cells], errors


def region_of(text: str) -> str | None:
    """ISO 3166 of two letters; "" for an empty cell, None for a name that is none or that two countries have."""
    word = text.strip()
    if not word:
        return ""
    if code := _CODE.fullmatch(word):
        region = phonenumbers.region_code_for_country_code(int(code.group(1)))
        return region if region in phonenumbers.SUPPORTED_REGIONS else None
    if word.isascii() and word.upper() in phonenumbers.SUPPORTED_REGIONS:
        return word.upper()
    return _names().get(fold(word)) or None


def is_country(text: str) -> bool:
    """A cell with the name or the letters of a country, and no calling code."""
    return bool(region_of(text)) and not _CODE.fullmatch(text.strip())


@cache
def _names() -> dict[str, str]:
    """Folded names → region; "" for a name of two countries."""
    found: dict[str, str] = {}
    for region, names in LOCALE_DATA.items():
        if region in phonenumbers.SUPPORTED_REGIONS:
            for name in names.values():
                # "*en" stands for the name in another language, which is in the table by itself.
                if not name.startswith("*"):
                    word = fold(name)
                    found[word] = region if found.get(word, region) == region else ""
    letters = _THREE_LETTERS.split()
    found |= {three.lower(): two for two, three in zip(letters[::2], letters[1::2], strict=True)}
    # Last, because they also decide names that two countries have, such as Korea.
    for region, aliases in _ALIASES.items():
        found |= dict.fromkeys(map(fold, aliases.split(",")), region)
    return found
