"""Letters that each language writes most, in order of frequency: what tells one encoding from another. Data only.

Of languages in Latin letters, those beyond ASCII: the others look alike in every encoding.
"""

from __future__ import annotations

_CZECH = "íáéěřčšžýůúóďťň"
_POLISH = "łąęóśżćźń"
_CENTRAL = (
    _CZECH,
    _POLISH,
    "áíéčžšýúľťôňóäďŕĺ",
    "éáőöóíüúű",
    "ăţîâş",
    "čšžćđ",
    "üäöß",
)
_WESTERN = (
    "éèàêçôîûùâëïœÿæ",
    "üäößé",
    "óíáéñúü",
    "ãçáéóêíõôúâà",
    "àèìòùé",
    "äöåé",
    "øåæéö",
    "íáðóéþúæöý",
    "ëéïèüö",
    "éèóàíòúçïü",
    "éñóíáüçèöãê",
)
_RUSSIAN = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъ"
_CYRILLIC = (
    _RUSSIAN,
    "оаиніврткесулядзьпбмйгєжшхчцїщюфґ",
    "аиоетнрсвлкдпмъзяубгчцйжщшфхюь",
    "аоиенрстјувкдмлпзбгцшчжђхљњћфџ",
    "аніыркотелсдяувмбпзцгўйжчшхюьэфё",
)
ALPHABETS: dict[str, tuple[str, ...]] = {
    "cp1250": _CENTRAL,
    "cp1251": _CYRILLIC,
    "cp1252": _WESTERN,
    "cp1253": ("αοιετσνηυρπκμλςίάόέωδήγχύθφώβξζψϊϋΐΰ",),
    "cp1254": ("ıüşöçğiâîû",),
    "cp1255": ("יוהלאמתרבשנםכחדעקפגזטסךצןףץ",),
    "cp1256": ("المينرتوبدةسعهفكحقجشصىخطأزذءضغظثئإآؤ", "اینردهتمسبوشکلزگفقخعپجحچصژطغضظذثئآ"),
    "cp1257": ("ėšųąžįūčę", "āīēšņļūžčģķ", "äõüöšž"),
    "cp1258": ("ư\u0301\u0323\u0300ôâđêơ\u0309ă\u0303áàéóíèúùãõý",),
    "cp874": ("านร่อกเง้มัยลวดทีิสตะปบคหแจพชขใไโธผุถูื์็ศณซภญษฐฟฉ",),
    "koi8-r": (_RUSSIAN,),
    "mac-roman": _WESTERN,
    "iso8859-2": _CENTRAL,
    "iso8859-15": _WESTERN,
}
"""By encoding."""
_SIMPLIFIED = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶余潘杜戴夏钟"
    "汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文伟芳娜秀英敏静丽强磊军洋勇"
    "艳杰娟涛明超兰霞平刚桂华建国志红玉春梅海燕晓玲婷雪琳宇浩子轩涵欣怡佳嘉俊博天一小大中新生"
    "的是不了在人有我他这个们来到时地为说电话手机姓名号码址客户公司备注省市区县路街北京上广州深圳"
)
_TRADITIONAL = (
    "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐周葉蘇莊呂江何蕭羅高潘簡朱鍾游彭詹胡施沈余盧梁趙顏柯翁魏孫戴范方宋鄧杜"
    "傅侯曹薛丁卓馬董溫唐藍石紀姚連馮歐程家豪志明俊傑建宏雅婷淑芬美麗怡君小大文國華玉秀英惠雯慧欣"
    "的是不了在人有我他這個們來到時地為說電話手機姓名號碼址客戶公司備註縣市區鄉路街台臺北雄桃園"
)
_JAPANESE = (
    "佐藤鈴木高橋田中伊渡辺山本村小林加吉口松井斎清崎森池阿部石川原長谷岡後近遠青坂福西太島野上大内三金和今丸平河岩桜"
    "杉菊千葉水横宮安新久保武市古土工酒矢柴黒郎子美一恵真由花次男夫雄介翔健樹香菜奈優愛陽蓮悠斗結衣葵"
    "氏名電話番号住所様日東京都府県区町会社備考携帯"
)
_KOREAN = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허남심노하곽성차주우구민수영지현준철은미경숙희진호동석상재훈"
    "연아유나혜원선규태기용순자명옥예린름화번소객회사휴대폰락처울부산시로"
)
FREQUENT_IDEOGRAPHS: dict[str, frozenset[str]] = {
    "gb18030": frozenset(_SIMPLIFIED),
    "big5": frozenset(_TRADITIONAL),
    "cp932": frozenset(_JAPANESE),
    "euc_jp": frozenset(_JAPANESE),
    "cp949": frozenset(_KOREAN),
}
"""By encoding: in names, and in the words above and beside them."""
USUAL_IDEOGRAPHS: dict[str, tuple[str, int, int]] = {
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "big5": ("big5", 0xA4, 0xC6),
    "cp932": ("euc_jp", 0xB0, 0xCF),
    "euc_jp": ("euc_jp", 0xB0, 0xCF),
    "cp949": ("euc_kr", 0xB0, 0xC8),
}
"""By encoding: the character set that puts what is used every day before all else, and its first and last row of it."""
