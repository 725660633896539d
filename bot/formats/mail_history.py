"""Where the unquoted history begins in a mail reply that became a comment.

Mail programs put the mails that a reply answers below it, and not all of them quote. They begin the history by the
fields of the earlier mail (Outlook, and what is forwarded), by a divider with a title, or by a line that says who
wrote when (Gmail, Apple Mail, Thunderbird). The words are those of the programs' translations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

_N = TypeVar("_N", int, None)

_FIELDS: Final[Mapping[str, str]] = {
    "from": "from von de da van från fra lähettäjä od от від expéditeur remitente mittente remetente afzender "
    "avsändare afsender avsender nadawca odesílatel odosielateľ feladó kimden gönderen expeditor από dari từ "
    "จาก מאת من 发件人 發件人 寄件者 差出人 送信者 보낸-사람",
    "sent": "sent gesendet envoyé enviado enviado-el enviada-em enviado-em inviato verzonden skickat sendt lähetetty "
    "wysłano wysłane odesláno odoslané отправлено надіслано elküldve küldve gönderildi gönderilme-tarihi trimis "
    "στάλθηκε dikirim đã-gửi ส่ง נשלח تم-الإرسال 发送时间 發送時間 傳送時間 寄件日期 送信日時 보낸-날짜",
    "date": "date datum fecha data dato päivämäärä pvm päiväys data дата dátum tarih dată ημερομηνία tanggal ngày "
    "วันที่ תאריך التاريخ 日期 时间 時間 日時 日付 날짜",
    "to": "to an à a para aan till til vastaanottaja do komu кому címzett kime alıcı către προς kepada đến ถึง אל "
    "إلى 收件人 收件者 宛先 받는-사람",
    "subject": "subject betreff objet asunto oggetto assunto onderwerp ämne emne aihe temat předmět predmet тема "
    "tárgy konu subiect θέμα subjek perihal chủ-đề หัวเรื่อง เรื่อง נושא الموضوع 主题 主題 主旨 件名 제목",
}
"""The names of an earlier mail's fields, by what they tell; a hyphen stands for a space."""
_KINDS: Final = {name.replace("-", " "): kind for kind, names in _FIELDS.items() for name in names.split()}
_PROOFS: Final = ({"from", "subject"}, {"from", "sent"}, {"from", "date", "to"})
"""The fields that no other text has together."""
_MAX_GAP: Final = 4
"""Lines from one field to the next: a long list of recipients takes several."""
_MIN_LENGTH: Final = 3
_MAX_LENGTH: Final = 400
_RULE: Final = "-_=\u2010-\u2015\u2212"
"""Characters of which mail programs make a rule."""
_MAY_BEGIN: Final = re.compile(f"[:：]|[{_RULE}]{{2}}|comment|[Rr]eply to|[Yy]ou are")
_HAS_WORD: Final = re.compile(r"[^\W\d_]{2}|@")

_DIVIDER: Final = re.compile(f"[{_RULE}]{{3,}} ?([^{_RULE}]+) ?[{_RULE}]{{3,}}:?|([^{_RULE}:]{{6,60}}):")
_FRAMED: Final = re.compile(f"[{_RULE}]{{3,}} ?(.*[^{_RULE}]) ?[{_RULE}]{{3,}}")
_FIELD_NAME: Final = re.compile(r"([^\W\d_]+) ?:")
_ADDRESS: Final = re.compile(r"[\w.+*-]@[\w*-]")
"""GitHub hides addresses behind asterisks."""
_TITLES: Final = re.compile(
    r"(original|oorspronkelijk|ursprüng|origine|opprinnelig|oprindelig|alkuperäi|původní|pôvodn|исходн|eredeti|özgün"
    r"|orijinal|forwarded|weitergeleit|transféré|réexpédi|reenviad|inoltrat|encaminhad|doorgestuurd|vidarebefordra"
    r"|videresend|välitet|przekazan|пересыла|пересланн|továbbított|iletilen)\w*[ -].*"
    r"(message|mensaje|mensagem|messaggio|nachricht|bericht|meddelande|melding|meddelelse|mail|viesti|zpráva|správa"
    r"|wiadomość|сообщение|письмо|üzenet|ileti)"
    r"|(message|mensaje|mensagem|messaggio|wiadomość|mail) (d'origine|original|originale|transféré|reenviado"
    r"|inoltrato|encaminhada|oryginalna)"
    r"|原始(邮件|郵件)|转发的?邮件|轉寄|元の(メール|メッセージ)|転送|원본 ?메시지|전달된 ?메시지"
)
_VERB: Final = re.compile(
    r"(?<!\w)(?<!\bi )(?<!\bwe )(?:wrote|writes|said|schrieb|schreibt|a écrit|écrit|escribió|ha scritto|scrisse"
    r"|escreveu|schreef|skrev|kirjoitti|napisał(?:\(a\)|a)?|pisze"
    r"|napsal(?:\(a\)|a)?|napísal(?:\(a\)|a)?|написал(?:\(а\)|а)?|пишет"
    r"|написав(?:\(ла\))?|пише|написа|yazdı|írta|a scris|έγραψε|đã viết|menulis|va escriure|je napisa[ol]a?)(?!\w)"
    r"|写道|寫道|のメール|書きました|書いた|작성|เขียน|כתבה?|كتب"
)
_TIME: Final = re.compile(r"\d{1,2} ?[:.hH時时시] ?\d{0,2}")
_NOTICE: Final = re.compile(
    r"reply to this email directly.*|you are receiving this because .*"
    r"|\[?@?[\w-]+(?:\[bot\])?(?:\]\(\S+\))? (?:left a comment \(\S+#\d+\)"
    r"|commented (?:on [a-z]{3,9} \d{1,2}(?:, \d{4})?|\d+ \w+ ago|yesterday|last \w+|now|on this issue))[:.]?"
)
"""How GitHub begins a comment in its mails and on its pages, and how it ends a mail."""
_MARKS: Final = " \t\u00a0\u200b\u200e\u200f\ufeff*_|#"


def find_mail_history(lines: Sequence[str], is_text: Callable[[int], bool]) -> int | None:
    """The number of the line at which other mails begin, or None.

    `is_text` says whether a line has running text: what begins in a quote or in code hides itself.
    """
    fields: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        if not _MAY_BEGIN.search(line, 0, _MAX_LENGTH):
            continue
        plain = line[:_MAX_LENGTH].strip(_MARKS).lower().replace("：", ":")
        if len(plain) < _MIN_LENGTH:
            continue
        kind = _field_kind(plain)
        if kind and is_text(number):
            fields.append((number, kind))
            if kind == "from":  # all fields may stand in one line
                fields += ((number, more) for name in _FIELD_NAME.findall(plain) if (more := _KINDS.get(name)))
        elif _begins_history(plain, lines, number) and is_text(number):
            return min(number, _first_of_mail(fields, number))
    return _first_of_mail(fields, None)


def _begins_history(line: str, lines: Sequence[str], number: int) -> bool:
    framed = _FRAMED.fullmatch(line)
    said = f"{framed.group(1).rstrip(': ')}:" if framed else line
    if said.endswith(":") and _says_who_wrote(said):
        return not _is_quoted(lines, number + 1)
    divider = _DIVIDER.fullmatch(line)
    if divider and _TITLES.search(divider.group(1) or divider.group(2)):
        return True
    return _NOTICE.fullmatch(line) is not None


def _says_who_wrote(line: str) -> bool:
    """Whether the line says that somebody wrote what follows."""
    verb = _VERB.search(line)
    if verb and (not line[verb.end() : -1].strip() or any(character.isdigit() for character in line)):
        return True
    return _ADDRESS.search(line) is not None and (line.startswith("quoting ") or _TIME.search(line) is not None)


def _is_quoted(lines: Sequence[str], number: int) -> bool:
    """Whether the next line that is not empty is a quote, which hides itself."""
    while number < len(lines) and not lines[number].strip(_MARKS):
        number += 1
    return number < len(lines) and lines[number].lstrip().startswith(">")


def _field_kind(line: str) -> str:
    """What the field tells that the line has; empty if it has none."""
    name, colon, value = line.partition(":")
    kind = _KINDS.get(name.rstrip(_MARKS), "") if colon else ""
    if kind == "from" and not _HAS_WORD.search(value):
        return ""  # `From: 3.39.1` is no mail's
    return kind


def _first_of_mail(fields: Sequence[tuple[int, str]], otherwise: _N) -> int | _N:
    """The line of the first field of an earlier mail."""
    first, last, kinds = 0, -_MAX_GAP, set[str]()
    for number, kind in fields:
        if number - last >= _MAX_GAP:
            first, kinds = number, set()
        last = number
        kinds.add(kind)
        if any(proof <= kinds for proof in _PROOFS):
            return first
    return otherwise
