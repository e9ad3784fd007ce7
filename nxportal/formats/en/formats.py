"""How English pages, the admin included, write times: no guessing of morning or zone."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i:s T"
DATETIME_FORMAT = "j M Y, H:i:s T"
SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i T"
