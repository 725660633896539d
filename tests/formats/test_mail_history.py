"""Where other mails begin in a reply by mail, in the words of the programs that people write mails with."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.formats.mail_history import find_mail_history


def history_in(body: str) -> int | None:
    return find_mail_history(body.split("\n"), lambda _number: True)


@pytest.mark.parametrize(
    "body",
    [
        "From: Dana ***@***.***>\nSent: Monday, June 1, 2022 10:00 AM\nTo: a/b ***@***.***>\nSubject: Re: [a/b] x",
        "**From:** Dana <a@b.c>\n**Date:** Monday\n**To:** x\n**Subject:** y",
        "*From:* Dana\n\n*Sent:* Monday\n\n*To:* x",
        "________________________________\nFrom: Dana\nSent: Monday",
        "Von: Dana\nGesendet: Montag, 1. Juni 2022 10:00\nAn: x\nBetreff: y",
        "De : Dana\nEnvoyé : lundi 1 juin 2022\nÀ : x\nObjet : y",
        "De: Dana\nEnviado el: lunes\nPara: x\nAsunto: y",
        "De: Dana\nEnviada em: segunda-feira\nPara: x\nAssunto: y",
        "Da: Dana\nInviato: lunedì\nA: x\nOggetto: y",
        "Van: Dana\nVerzonden: maandag\nAan: x\nOnderwerp: y",
        "Från: Dana\nSkickat: måndag\nTill: x\nÄmne: y",
        "Od: Dana\nWysłano: poniedziałek\nDo: x\nTemat: y",
        "От: Дана\nОтправлено: 1 июня\nКому: x\nТема: y",
        "发件人: Dana\n发送时间: 2022年6月1日\n收件人: x\n主题: y",
        "差出人: Dana\n送信日時: 2022年6月1日\n宛先: x\n件名: y",
        "보낸 사람: Dana\n보낸 날짜: 2022년 6월 1일\n받는 사람: x\n제목: y",
        "Subject: y\nDate: Monday\nFrom: Dana\nTo: x",
        "From: Dana\nSent: Monday\nTo: a;\n b;\n c\nSubject: y",
        "From: Dana Doe ***@***.***> Sent: Monday, June 1, 2022 10:00 AM To: a/b Subject: Re: [a/b] x",
        "Von: Dana Doe Gesendet: Montag An: x Betreff: y",
        "-----dana@example.com wrote: -----",
        "---- On Mon, 01 Jun 2022 10:00:00 +0100 Dana ***@***.***> wrote ----",
        "\u2010\u2010\u2010\u2010\u2010\u2010\u2010 Original Message \u2010\u2010\u2010\u2010\u2010\u2010\u2010",
        "===== Original Message =====",
        "Quoting Dana ***@***.***>:",
        "2022年6月1日(水) 10:00 Dana ***@***.***>:",
        "@dana commented on this issue.",
        "[dana](https://github.com/dana) left a comment (sourcegraph/sourcegraph#12)",
        "Reply to this email directly, view it on GitHub, or unsubscribe.",
        "You are receiving this because you commented.",
        "-----Original Message-----",
        "---------- Forwarded message ---------",
        "-------- Ursprüngliche Nachricht --------",
        "-----Message d'origine-----",
        "----- Mensaje original -----",
        "-----Исходное сообщение-----",
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
        "On Mon, Jun 1, 2022 at 10:00 AM Dana ***@***.***> wrote:",
        "On Mon, Jun 1, 2022 at 10:00 AM Dana\nwrote:",
        "Am Mi., 1. Juni 2022 um 10:00 Uhr schrieb Dana <x@y.z>:",
        "Am 01.06.2022 um 10:00 schrieb Dana:",
        "Le lun. 1 juin 2022 à 10:00, Dana a écrit :",
        "El lun, 1 jun 2022 a las 10:00, Dana escribió:",
        "Il giorno lun 1 giu 2022 alle ore 10:00 Dana ha scritto:",
        "Op ma 1 jun. 2022 om 10:00 schreef Dana:",
        "Den mån 1 juni 2022 kl 10.00 skrev Dana <x@y>:",
        "W dniu śr., 1 cze 2022 o 10:00 Dana napisał(a):",
        "2022年6月1日(水) 10:00 Dana <x@y>:",
        "于2022年6月1日周三 10:00写道：",
        "Dana wrote:",
        "@dana said:",
        "Dana/ORG wrote on 06/01/2022 10:00:00 AM:",
        "dana left a comment (sourcegraph/sourcegraph#12)",
        "dana commented 5 minutes ago",
        "dana commented on Jun 1, 2022",
    ],
)
def test_other_mails_begin_as_programs_begin_them(body: str) -> None:
    found = history_in(f"my own words\n\n{body}\n\ntheir words")
    assert found is not None
    assert 2 <= found <= 3


@pytest.mark.parametrize(
    "body",
    [
        "cc @dana @lee: starting at 14:00:",
        "@dana at 10:00 please:",
        "As we said:",
        "",
        "please:",
        "From: 3.39.1\nTo: 3.40.1\nDate: today",
        "From: rctest\nTo: 3.40.1",
        "from 3.39.1 to 3.40.1:",
        "Instance: rctest\nReason: slow\nTo: 3.40.1",
        "Date: Monday\nSubject: the upgrade",
        "From: Dana" + "\n" * 6 + "Subject: y",
        "Note: today at 10:00 we start:",
        "What I wrote:",
        "Lee wrote a plan: it is good",
        "--- today ---",
        "--------------",
        "the message:",
        "Dana wrote:\n> please\n\nI do it:",
        "On Mon, Jun 1, 2022 at 10:00 AM Dana <x@y> wrote:\n\n> please",
        "https://x.y/from: z",
    ],
)
def test_what_people_write_themselves_begins_no_mail(body: str) -> None:
    assert history_in(body) is None


def test_what_begins_in_a_quote_or_in_code_hides_itself() -> None:
    body = "-----Original Message-----\nFrom: Dana\nSubject: x\n\nmine"
    assert find_mail_history(body.split("\n"), lambda _number: False) is None


@pytest.mark.parametrize(
    "line", ["a:", "A: b", "From: Dana", ":", "wrote:", "wrote 1:", "--- a", "(", "@1:1 :", "- "]
)
def test_it_takes_one_look_at_each_line(line: str) -> None:
    """Each line is asked for a bounded number of times, however many there are."""
    asked: Counter[int] = Counter()

    def is_text(number: int) -> bool:
        asked[number] += 1
        return False

    find_mail_history([line] * 500 + ["> x"], is_text)
    assert max(asked.values(), default=0) <= 2
