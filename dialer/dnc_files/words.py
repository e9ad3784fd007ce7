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
    "1, true, yes, y, listed, registered, match, matched, found, hit, blocked, block, do not call, dnc, on list, "
    "opted out, opt out, not allowed, no call, positive, ya, terdaftar, sí, si, inscrito, registrado, ja, "
    "eingetragen, gesperrt, oui, inscrit, sim, cadastrado, iscritto, geregistreerd, evet, 是, 已登记, 已登記, 有, "
    "登録あり, 예, 등록, да, найден, نعم, हाँ, tak"
)
"""What a registry writes beside a number that must not be called."""
IS_CLEAN = (
    "0, false, no, n, clean, clear, not listed, unlisted, not registered, unregistered, no match, not found, "
    "not matched, ok, allowed, callable, may call, can call, good, negative, tidak, tidak terdaftar, no inscrito, "
    "no registrado, nein, nicht eingetragen, non, non inscrit, não, não cadastrado, non iscritto, nee, "
    "niet geregistreerd, hayır, 否, 未登记, 未登記, 无, 無, 登録なし, 아니오, 미등록, нет, не найден, لا, नहीं, nie"
)
"""What it writes beside one that may be."""
RESULT = (
    "result, results, status, listed, is listed, registered, registry, registry status, registry result, dnc, "
    "dnc status, do not call, tps, ctps, tps status, match, matched, hit, outcome, blocked, flag, dncr, washed, "
    "hasil, terdaftar, estado, resultado, ergebnis, eingetragen, résultat, statut, inscrit, risultato, esito, "
    "resultaat, sonuç, durum, 结果, 結果, 状态, 狀態, 결과, ผล, kết quả, результат, статус, نتيجة, परिणाम, wynik"
)
"""Columns with a registry's answer."""
