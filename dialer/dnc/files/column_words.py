"""What people call the columns of do-not-call files, beside those of telephones (sheets/column_words.py). Data only."""

from __future__ import annotations

AREA_CODE = (
    "area code, areacode, area, npa, acode, city code, std code, kode area, kode wilayah, vorwahl, ortsvorwahl, "
    "código de área, codigo area, lada, ddd, indicatif régional, prefisso, netnummer, alan kodu, 区号, 區號, "
    "市外局番, 지역번호, код города, رمز المنطقة"
)
PREFIX = (
    "prefix, prefixes, number prefix, range, number range, block, blocks, pattern, prefijo, präfix, préfixe, awalan"
)
"""Columns whose cells may stand for many numbers."""
REASON = (
    "reason, why, comment, comments, note, notes, remark, remarks, description, alasan, keterangan, catatan, sebab, "
    "motivo, comentario, observaciones, grund, bemerkung, kommentar, raison, motif, remarque, commento, reden, "
    "opmerking, sebep, açıklama, 原因, 备注, 備註, 理由, 備考, 사유, 비고, เหตุผล, หมายเหตุ, lý do, ghi chú, причина, "
    "комментарий, سبب, ملاحظات, कारण, powód, uwagi"
)
SOURCE = (
    "source, origin, list, campaign, channel, from, sumber, asal, fuente, origen, quelle, herkunft, origine, fonte, "
    "bron, kaynak, 来源, 來源, 出典, 출처, แหล่งที่มา, nguồn, источник, مصدر, स्रोत, źródło"
)
UNTIL = (
    "expires, expires on, expiry, expiry date, expiration, expiration date, until, valid until, valid to, ends, "
    "end date, end, hold until, blocked until, berlaku sampai, kedaluwarsa, sampai, hasta, vence, vencimiento, "
    "fecha de vencimiento, caducidad, gültig bis, bis, ablauf, ablaufdatum, jusqu'au, expire le, fin, scadenza, "
    "valido fino al, validade, até, geldig tot, tot, bitiş, 到期, 到期日, 有效期, 期限, 有効期限, 만료일, "
    "วันหมดอายุ, ngày hết hạn, действует до, срок, до, تاريخ الانتهاء, समाप्ति, ważne do"
)
"""Until when a wish holds."""

IS_LISTED = (
    "listed, registered, is listed, is registered, on list, on the list, on register, on the register, do not call, "
    "dnc, blocked, block, opted out, opt out, not allowed, no call, must not be called, matched, match, hit, "
    "terdaftar, inscrito, registrado, eingetragen, gesperrt, inscrit, cadastrado, iscritto, geregistreerd, kayıtlı, "
    "已登记, 已登記, 登録あり, 등록, найден, зарегистрирован, مسجل, zarejestrowany"
)
"""What a registry writes beside a number that must not be called."""
IS_CLEAN = (
    "clean, clear, not listed, unlisted, not registered, unregistered, not on list, not on the list, "
    "not on register, not on the register, no match, not matched, not found, allowed, callable, may be called, "
    "can be called, ok to call, tidak terdaftar, no inscrito, no registrado, nicht eingetragen, non inscrit, "
    "não cadastrado, non iscritto, niet geregistreerd, kayıtlı değil, 未登记, 未登記, 登録なし, 미등록, не найден, "
    "не зарегистрирован, غير مسجل, niezarejestrowany"
)
"""What it writes beside one that may be."""
YES = "1, true, yes, y, x, t, ya, sí, si, ja, oui, sim, evet, 是, 有, はい, 예, да, نعم, हाँ, tak, ใช่, có"
NO = "0, false, no, n, f, tidak, nein, non, não, nee, hayır, 否, 无, 無, いいえ, 아니오, нет, لا, नहीं, nie, ไม่, không"
SAYS_LISTED = (
    "listed, is listed, registered, is registered, on list, on register, dnc, dnc status, do not call, tps, ctps, "
    "tps listed, dncr, match, matched, hit, blocked, terdaftar, inscrito, registrado, eingetragen, inscrit, "
    "cadastrado, iscritto, geregistreerd, kayıtlı, 已登记, 已登記, 登録, 등록, зарегистрирован, مسجل, zarejestrowany"
)
"""Columns under which yes means: must not be called."""
RESULT = (
    "result, results, status, registry, registry status, registry result, tps status, outcome, flag, washed, hasil, "
    "estado, resultado, ergebnis, résultat, statut, risultato, esito, resultaat, sonuç, durum, 结果, 結果, 状态, 狀態, "
    "결과, ผล, kết quả, результат, статус, نتيجة, परिणाम, wynik"
)
"""Columns with an answer in words of its own."""
