"""What people call the columns of their lists, by language (ISO 639). Data only; `columns` compares them folded.

A word is a whole column name, or a part of one that stands alone ("No. Telp/HP" has the parts no, telp and hp).
"""

from __future__ import annotations

Words = dict[str, str]
PHONE: Words = {
    "en": (
        "phone, phones, phone number, phone no, telephone, telephone number, tel, tel no, telno, msisdn, "
        "callee, called no, called number, called party, user phone, to number, dnis, contact number, "
        "contact no, contact phone, phonenum, phonenumber, telnum, ph"
    ),
    "id": "telepon, telpon, telp, tlp, tlpn, telfon, no telp, no telepon, nomor telepon",
    "id contact": "nomor kontak, no kontak, nomer kontak, no tel, notelp, notelepon, nomortelepon",
    "ms": "telefon, no telefon, nombor telefon",
    "zh": "电话, 电话号码, 联系电话, 联系方式, 号码, 電話, 電話號碼, 聯絡電話, 聯繫電話, 號碼",
    "ja": "電話番号, お電話番号, 連絡先電話番号, でんわ, 電話",
    "ko": "전화, 전화번호, 연락처",
    "th": "โทรศัพท์, เบอร์โทรศัพท์, เบอร์โทร, หมายเลขโทรศัพท์, เบอร์ติดต่อ, โทร",
    "vi": "điện thoại, số điện thoại, sđt, sdt, đt, dien thoai, so dien thoai",
    "es": "teléfono, telefonos, número de teléfono, nro telefono, tlf, tfno, teléfono de contacto",
    "pt": "telefone, telefones, fone, número de telefone, telefone de contato",
    "fr": "téléphone, numéro de téléphone, n° de téléphone, tél",
    "de": "telefon, telefonnummer, rufnummer, telefonnr, telnr, telefonnummern, kontaktnummer",
    "it": "telefono, numero di telefono, recapito telefonico",
    "nl": "telefoon, telefoonnummer, telnr, telefoonnr",
    "tr": "telefon, telefon numarası, telefon no, tel no",
    "ru": "телефон, номер телефона, тел, телефоны, контактный телефон",
    "uk": "телефон, номер телефону",
    "ar": "هاتف, رقم الهاتف, الهاتف, تلفون, رقم التلفون",
    "hi": "फ़ोन, फोन, फ़ोन नंबर, फोन नंबर, दूरभाष, संपर्क नंबर",
    "pl": "telefon, numer telefonu, nr telefonu, nr tel",
    "sv": "telefon, telefonnummer, tfn",
    "fi": "puhelin, puhelinnumero",
    "cs": "telefon, telefonní číslo",
    "hu": "telefon, telefonszám",
    "ro": "telefon, număr de telefon",
    "el": "τηλέφωνο, αριθμός τηλεφώνου",
    "he": "טלפון, מספר טלפון",
    "fa": "تلفن, شماره تلفن",
}
MOBILE: Words = {
    "en": (
        "mobile, mobile no, mobile number, mobile phone, mobile phone number, mob, cell, cellphone, "
        "cell phone, cellular, cell number, mobilephone, mobileno, mobilenumber, handphone"
    ),
    "id": "hp, no hp, nohp, nomor hp, nomorhp, ponsel, no ponsel, nomor ponsel, handphone, seluler",
    "ms": "telefon bimbit, no hp",
    "zh": "手机, 手机号, 手机号码, 移动电话, 手機, 手機號, 手機號碼, 行動電話",
    "ja": "携帯, 携帯電話, 携帯番号, 携帯電話番号",
    "ko": "휴대폰, 휴대전화, 휴대폰번호, 핸드폰, 핸드폰번호",
    "th": "มือถือ, เบอร์มือถือ, โทรศัพท์มือถือ",
    "vi": "di động, số di động, điện thoại di động",
    "es": "móvil, teléfono móvil, celular, teléfono celular",
    "pt": "celular, telemóvel, telefone celular",
    "fr": "mobile, portable, téléphone portable, téléphone mobile, gsm",
    "de": "handy, handynummer, handynr, mobil, mobilnummer, mobiltelefon, mobilfunknummer, mobilnr",
    "it": "cellulare, telefono cellulare, numero cellulare",
    "nl": "mobiel, mobiele nummer, mobiel nummer, gsm",
    "tr": "cep, cep telefonu, cep no, gsm, gsm no",
    "ru": "мобильный, мобильный телефон, сотовый, моб",
    "uk": "мобільний, мобільний телефон",
    "ar": "جوال, رقم الجوال, الجوال, موبايل, رقم الموبايل, محمول",
    "hi": "मोबाइल, मोबाइल नंबर, मोबाइल नम्बर",
    "pl": "komórka, komórkowy, telefon komórkowy, numer komórki",
    "sv": "mobil, mobilnummer, mobiltelefon",
    "fi": "matkapuhelin, kännykkä",
    "cs": "mobil, mobilní telefon",
    "el": "κινητό",
    "he": "נייד, טלפון נייד",
    "fa": "موبایل, شماره موبایل",
}
MESSENGER: Words = {
    "any": "whatsapp, whats app, whatsapp number, no whatsapp, no wa, nomor wa, nowa",
}
HOME: Words = {
    "en": "home, home phone, house phone, evening phone",
    "id": "telepon rumah, telp rumah, rumah",
    "other": "casa, domicilio, domicile, privat, privé, thuis, ev, 家庭电话, 住宅電話, 自宅電話",
}
LANDLINE: Words = {
    "any": "landline, land line, fixed line, festnetz, festnetznummer, téléphone fixe, fixe, teléfono fijo, fijo, "
    "telefone fixo, telp rumah, vaste telefoon, 座机, 固定电话, 固定電話, 市內電話",
}
WORK: Words = {
    "en": "work, work phone, business phone, office, office phone, day phone, business, company phone",
    "id": "telepon kantor, telp kantor, kantor",
    "other": "trabajo, oficina, bureau, büro, geschäftlich, ufficio, werk, iş, 公司电话, 会社電話",
}
OTHER_NUMBER: Words = {
    "any": "alternate, alternative, alt, alternatif, secondary, second, other, backup, altphone",
}
MAYBE: Words = {
    "en": "number, numbers, no, num, nr, contact, contacts, address, called, destination, dest",
    "id": "nomor, nomer, kontak, wa",
    "other": "número, numéro, nummer, numero, numer, номер, contacto, contato, 番号, 번호, numara",
}
"""Also names of account numbers, persons and streets: the cells decide."""
NEVER: Words = {
    "fax": "fax, telefax, faks, faksi, 传真, 傳真, ファックス, 팩스, факс, فاكس, pager, telex, tty",
    "part": "ext, extn, extension, durchwahl, 分机",
    "somebody else": (
        "assistant, emergency, darurat, urgencia, urgence, notfall, 紧急, 緊急, agent, agents, manager, "
        "supervisor, atasan, guarantor, penjamin, referrer, reference, referral, kin, caller, callerid, ani, "
        "cli, rep, salesrep, owner, recruiter, spouse, wife, husband, father, mother, parent, parents, "
        "guardian, suami, istri, ayah, ibu, orangtua, wali, iphone, headphone, microphone, phonetic"
    ),
}
"""Parts of names of columns with numbers that are not the person's telephone."""
NO_PHONE: Words = {
    "kind": "type, typ, tipo, label, kind, jenis, 类型, 類型, 種類, тип, status, category",
    "part": "code, kode, código, prefix, 区号, 區號, areacode",
    "about": (
        "verified, valid, provider, carrier, operator, network, model, brand, country, date, time, count, "
        "calls, notes, note, consent, optin, optout, id, email, mail, url, bill, usage, price, plan, format, "
        "timezone, zone, result, last, name, nama"
    ),
}
"""Parts that make of a telephone's name something about it: "Phone type"."""
CALLING_CODE: Words = {
    "en": "phone code, calling code, dial code, country calling code, dialling code, isd code, isd",
    "other": "kode telepon, indicatif, vorwahl land, landesvorwahl, 国家代码, 國碼",
}
COUNTRY: Words = {
    "en": "country, country code, country name, nation, country iso, iso country, mailing country",
    "id": "negara, kode negara, nama negara",
    "zh": "国家, 国家地区, 國家, 国名",
    "ja": "国, 国名",
    "ko": "국가, 나라",
    "th": "ประเทศ",
    "vi": "quốc gia, nước",
    "es": "país, pais",
    "pt": "país",
    "fr": "pays",
    "de": "land, länderkürzel, staat, ländercode",
    "it": "paese, nazione, stato estero",
    "nl": "land, landcode",
    "tr": "ülke",
    "ru": "страна",
    "ar": "الدولة, البلد, دولة",
    "hi": "देश",
    "pl": "kraj",
}
OPT_OUT: Words = {
    "en": (
        "do not call, donotcall, do not contact, donotcontact, dnc, opt out, optout, opted out, unsubscribed, "
        "unsubscribe, has opted out, hasoptedout, phone opt out, call opt out, no call, "
        "has opted out of calls, do not phone, dont call, don't call, no calls, opted out of calls, "
        "do not call flag, dnc flag, do not disturb, dnd, blacklisted, is opted out, calls opt out, "
        "blacklist, black list, do not allow phone calls, do not allow calls, do not telephone, no phone calls, "
        "no telephone calls, stop calling, suppressed, suppression, tps registered, tps listed, ctps registered, ndnc"
    ),
    "id": "jangan hubungi, jangan telepon, jangan ditelepon, jangan dihubungi, tidak boleh dihubungi, "
    "tidak mau dihubungi, tolak telepon, berhenti berlangganan, daftar hitam",
    "zh": "请勿致电, 勿打, 勿扰, 免打扰, 拒接, 拒绝来电, 不要打电话, 退订, 黑名单",
    "zh old": "請勿致電, 勿擾, 拒絕來電, 退訂, 黑名單",
    "ja": "電話禁止, 電話拒否, 配信停止",
    "ko": "수신거부, 전화거부",
    "es": "no llamar, no contactar, lista robinson",
    "pt": "não ligar, não ligue, não perturbe, não contatar, descadastrado",
    "fr": "ne pas appeler, ne pas contacter, opposition, désinscrit, bloctel, liste rouge",
    "de": "nicht anrufen, werbesperre, anrufsperre, telefonsperre, sperrvermerk, kein anruf, keine anrufe, "
    "keine werbung, abgemeldet, widerspruch, werbewiderspruch, anrufverbot",
    "it": "non chiamare, non contattare, disiscritto",
    "nl": "niet bellen, niet gebeld worden, bel me niet, uitgeschreven",
    "tr": "aramayın, arama yapma",
    "ru": "не звонить, не беспокоить, отписан, отказ от звонков",
    "ar": "عدم الاتصال, لا تتصل",
    "hi": "कॉल न करें",
    "pl": "nie dzwonić, nie dzwoń, wypisany",
}
"""As parts of a name, too: "Do Not Call (Y/N)", "Mobile opt-out", "Unsubscribed at"."""
OPT_OUT_ALONE: Words = {"es": "baja"}
"""Whole names only: as a part it is a region or something else that ended."""
OPT_OUT_ELSEWHERE: Words = {
    "message": "email, emails, mail, mails, mailing, newsletter, sms, text, texts, push, post, fax, letter, correo, "
    "邮件, 短信",
    "screening": "checked, check, scrub, scrubbed, screened, washed, exempt, exemption, clean",
}
"""Parts of names about wishes that no call is concerned by, and of what was done to find them."""
FULL_NAME: Words = {
    "en": "name, full name, fullname, customer name, contact name, client name, lead name",
    "id": "nama, nama lengkap, nama pelanggan, nama customer, nama nasabah",
    "other": (
        "姓名, 名字, 客户姓名, 氏名, お名前, 名前, 이름, 성명, ชื่อ, ชื่อ-นามสกุล, họ tên, họ và tên, tên, "
        "nombre completo, nome, nome completo, nom complet, naam, adı soyadı, ad soyad, фио, имя, الاسم, नाम, "
        "imię i nazwisko, nome e cognome, vollständiger name"
    ),
}
FIRST_NAME: Words = {
    "any": "first name, firstname, given name, nombre, prénom, vorname, nome proprio, voornaam, imię",
}
SURNAME: Words = {
    "any": (
        "last name, lastname, surname, family name, apellido, apellidos, nom de famille, nachname, cognome, "
        "achternaam, soyad, soyadı, фамилия, sobrenome, nazwisko, familienname"
    ),
}
ORDER_ID: Words = {
    "any": (
        "order id, cust id, customer id, external id, id contact, vendor lead code, account number, "
        "session id, inin outbound id, contact id, user id, useruserid, lead id, record id, client id, "
        "customer number, kundennummer, 客户编号, 訂單編號, 订单号, 顧客番号, id cliente, id pelanggan"
    ),
}
OTHER: Words = {
    "any": "other, call data, call app data, custom field, comments, note, notes, tag",
}
TIME_ZONE: Words = {
    "any": "time zone, timezone, tz, zone, zona waktu, zeitzone, 时区, 時區, fuseau",
}
CONSENT_REF: Words = {
    "any": "consent ref, consent reference, consent, consent id, einwilligung",
}
CONSENT_DATE: Words = {
    "any": (
        "consent date, date of consent, consent given, consented on, consent on, opt in date, optin date, "
        "tanggal persetujuan, fecha de consentimiento, date de consentement, einwilligung am, 同意日期"
    ),
}
PRIORITY: Words = {
    "any": "priority, rank, prioritas, prioridad, priorität, 优先级",
}
PURPOSE: Words = {
    "any": "purpose, call purpose",
}
REPORT_COLUMNS = ("line_number", "reason_code", "reason", "suggestion")
"""What a file of rejected rows has behind its own columns; read again, they are nothing."""
