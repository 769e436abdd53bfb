"""The public pages: joining without scripts and with, following, in both languages, light and strict."""

from __future__ import annotations

import hashlib
import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from congdoan.faces.portal import challenges
from congdoan.faces.portal.words import SAID
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.models import Parameter, Territory
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.enterprises.queries import enterprise_named
from congdoan.registry.joining.actions import SourceData, make_source
from congdoan.registry.joining.actions.signing import REASONS
from congdoan.registry.joining.models import Application
from tests.factories.applications import make_workplace
from tests.factories.authority import Authority, sign
from tests.factories.tree import Tree

ROOM = Path(challenges.__file__).parent
#: What stands in English pages in Vietnamese on purpose.
_MARKS = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯ\u1EA0-\u1EF9]")


@pytest.fixture
def workplace(tree: Tree, system: Actor) -> Enterprise:
    return make_workplace(system, tree.north_a, host=tree.unions["NA1"], name="Sao Mai Garment")


def filled(page: HttpResponse, **changes: Any) -> dict[str, Any]:
    """The form of a page as a worker fills it in without scripts."""
    mark = re.search(r'name="mark" value="([^"]+)"', page.content.decode())
    assert mark is not None
    challenge = challenges.read(mark.group(1))
    assert challenge is not None
    return {
        "mark": challenge.mark,
        "total": str(challenge.left + challenge.right),
        "full_name": "Lò Thị Ngân Hà",
        "birth_on": "5/9/1998",
        "sex": "f",
        "nationality": "VN",
        "identity": "012198000123",
        "phone": "0912000111",
        "contract_kind": "indefinite",
        "agree_membership": "on",
        "scan": SimpleUploadedFile("don.png", b"\x89PNG signed", "image/png"),
        **changes,
    }


def door(name: str, space: str = "portal") -> str:
    return reverse(f"{space}:{name}")


def send(workplace: Enterprise, space: str = "portal", **changes: Any) -> HttpResponse:
    address = f"{door('join', space)}?noi={workplace.code}"
    client = Client()
    answer: HttpResponse = client.post(address, filled(client.get(address), **changes))
    return answer


def code_of(page: HttpResponse) -> str:
    found = re.search(r'class="code" data-sent>([A-Z0-9-]{14})<', page.content.decode())
    assert found is not None
    return found.group(1)


def test_a_worker_joins_without_scripts_and_follows_by_the_code(workplace: Enterprise, tree: Tree) -> None:
    page = send(workplace)
    assert page.status_code == 200
    row = Application.objects.get()
    assert (row.enterprise, row.receiving_unit) == (workplace, tree.unions["NA1"])
    assert [c.purpose for c in row.consents.all()] == ["membership"]
    code = code_of(page)
    shown = Client().post(door("follow"), {"code": code}).content.decode()
    assert "Đang chờ xét" in shown
    assert tree.unions["NA1"].name in shown
    # Whoever holds the code learns no name, number or address from it.
    assert row.full_name not in shown
    assert "012198000123" not in shown
    assert Client().post(door("follow"), {"code": "AAAA-BBBB-CCCC"}).status_code == 404
    gone = Client().post(door("follow"), {"code": code, "do": "withdraw", "sure": "1"}).content.decode()
    assert "Đã rút đơn" in gone


def test_sent_twice_it_is_one_application(workplace: Enterprise) -> None:
    client, address = Client(), f"{door('join')}?noi={workplace.code}"
    values = filled(client.get(address))
    first = client.post(address, values)
    values["scan"] = SimpleUploadedFile("don.png", b"\x89PNG signed", "image/png")
    second = client.post(address, values)
    assert code_of(first) == code_of(second)
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"full_name": ""}, "full_name"),
        ({"birth_on": "40/40/1998"}, "birth_on"),
        ({"identity": "12"}, "12 chữ số"),
        ({"agree_membership": ""}, "không thể xét đơn"),
        ({"scan": ""}, "Hãy ký vào khung"),
        ({"scan": SimpleUploadedFile("x.png", b"not an image")}, "Chỉ nhận ảnh"),
        ({"drawn": "data:image/png;base64,!!"}, "Hãy ký lại"),
        ({"contract_kind": "fixed"}, "cần ngày bắt đầu"),
        ({"total": "99"}, "Kết quả chưa đúng."),
        ({"mark": "forged"}, "mở đã lâu"),
    ],
)
def test_bad_input_comes_back_with_what_was_typed(
    workplace: Enterprise, changes: dict[str, Any], words: str
) -> None:
    page = send(workplace, **changes)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "0912000111" in page.content.decode()
    assert not Application.objects.exists()


def test_work_stands_in_place_of_the_sum(workplace: Enterprise) -> None:
    challenge = challenges.make()
    work = next(
        str(n)
        for n in itertools.count()
        if hashlib.sha256(f"{challenge.mark}:{n}".encode()).digest()[0] == 0
        and hashlib.sha256(f"{challenge.mark}:{n}".encode()).digest()[1] < 16
    )
    assert send(workplace, mark=challenge.mark, total="", work=work).status_code == 200
    assert not challenges.met(challenges.make(), total="", work=work) or work == ""
    assert not challenges.met(challenge, total="", work="")


def test_one_network_sends_so_many_an_hour(workplace: Enterprise) -> None:
    Parameter.objects.filter(code="joining.sends_per_hour").update(value=2)
    assert [send(workplace).status_code for _ in range(3)] == [200, 200, 429]
    Parameter.objects.filter(code="joining.looks_per_hour").update(value=1)
    assert [Client().post(door("follow"), {"code": "X"}).status_code for _ in range(2)] == [404, 429]


def test_searching_has_a_limit_an_hour_and_says_how_to_go_on(workplace: Enterprise) -> None:
    Parameter.objects.filter(code="joining.searches_per_hour").update(value=2)
    address = f"{door('workplace')}?q=sao+mai"
    pages = [Client().get(address) for _ in range(3)]
    assert [page.status_code for page in pages] == [200, 200, 429]
    assert "tự ghi tên" in pages[2].content.decode()
    assert Client().get(door("workplace")).status_code == 200


def test_a_printed_code_leads_to_the_filled_form_and_is_remembered_till_it_is_sent(
    workplace: Enterprise, tree: Tree, system: Actor
) -> None:
    today = timezone.localdate()
    source = make_source(
        actor=system,
        data=SourceData("poster", "Áp phích cổng 2", tree.unions["NA1"], today, enterprise=workplace),
    )
    client = Client()
    typed = f"/g/{source.code.lower()}"
    # From the camera or typed, with a slash or without.
    assert client.get(f"{typed}/").status_code == 302
    led = client.get(typed)
    assert led.headers["Location"] == f"{door('join')}?noi={workplace.code}"
    assert (
        client.get(typed, headers={"accept-language": "zh-CN,zh"}).headers["Location"].startswith("/en/join/")
    )
    kept = client.cookies["nguon"]
    assert (kept.value, kept["httponly"], kept["samesite"]) == (source.code, True, "Lax")
    page = client.get(led.headers["Location"])
    assert workplace.name in page.content.decode()
    wrong = client.post(led.headers["Location"], filled(page, full_name=""))
    assert wrong.status_code == 422
    assert client.cookies["nguon"].value == source.code
    assert client.post(led.headers["Location"], filled(page)).status_code == 200
    assert Application.objects.get().source == source
    assert client.cookies["nguon"].value == ""
    # The next one on the same device is nobody's.
    page = client.get(led.headers["Location"])
    assert client.post(led.headers["Location"], filled(page, identity="012198000199")).status_code == 200
    assert Application.objects.filter(source=None).count() == 1


def test_a_code_that_nobody_knows_leads_to_the_first_page(workplace: Enterprise) -> None:
    led = Client().get("/g/ZZZZZZ")
    assert (led.status_code, led.headers["Location"]) == (302, door("landing"))
    assert "nguon" not in led.cookies
    client = Client()
    client.cookies["nguon"] = "forged"
    address = f"{door('join')}?noi={workplace.code}"
    assert client.post(address, filled(client.get(address))).status_code == 200
    assert Application.objects.get().source is None


def test_a_foreign_worker_with_eleven_months_is_refused_kindly_with_the_source(workplace: Enterprise) -> None:
    year = timezone.localdate().year
    values = {
        "nationality": "CN",
        "identity": "E1234567",
        "contract_kind": "fixed",
        "contract_from": f"1/1/{year}",
        "contract_to": f"30/11/{year}",
    }
    page = send(workplace, "portal-en", **values).content.decode()
    assert "Thank you for your interest" in page
    assert "at least 12 months" in page
    assert "Luật Công đoàn 50/2024/QH15" in page
    assert not Application.objects.exists()
    assert send(workplace, "portal-en", **{**values, "contract_to": f"31/12/{year}"}).status_code == 200


def test_the_english_pages_are_english(workplace: Enterprise) -> None:
    client = Client()
    pages = [client.get(door(name, "portal-en")) for name in ("landing", "workplace", "follow")]
    pages.append(client.get(f"{door('join', 'portal-en')}?noi={workplace.code}"))
    pages.append(send(workplace, "portal-en", full_name="", scan="", agree_membership=""))
    pages.append(client.get(f"{door('workplace', 'portal-en')}?q=sao+mai"))
    for page in pages:
        text = page.content.decode()
        # Names that are so in English too.
        for own in ("Tiếng Việt", "Lò Thị Ngân Hà", "Côte d’Ivoire"):
            text = text.replace(own, "")
        assert '<html lang="en">' in text
        assert _MARKS.findall(text) == [], re.findall(r"[^<>]*[ăâđêôơư][^<>]*", text)[:5]


def test_every_text_is_translated_and_compiled() -> None:
    source = (ROOM / "locale/en/LC_MESSAGES/django.po").read_text()
    assert 'msgstr ""\n\n' not in source.split("\n\n", 1)[1] + "\n"
    compiled = (ROOM / "locale/en/LC_MESSAGES/django.mo").read_bytes().decode(errors="replace")
    for text in re.findall(r'^msgstr "(.+)"$', source, re.M):
        assert text in compiled


@pytest.mark.parametrize("back", [False, True])
def test_an_employer_nobody_is_in_charge_of_leads_to_the_body_of_its_place(
    tree: Tree, system: Actor, back: bool
) -> None:
    """Through the door itself: what it reads of the employer is what the register has."""
    province, commune = Territory.objects.filter(parent=None)[0], Territory.objects.exclude(parent=None)[0]
    made = make_workplace(system, None, name="Xưởng Không Ai Phụ Trách")
    for place in (None, province, commune):
        Enterprise.objects.filter(pk=made.pk).update(territory=place)
        kept, read = Enterprise.objects.get(pk=made.pk), enterprise_named(made.code)
        assert read is not None
        for name in ("pk", "code", "name", "sector_id", "territory_id", "address"):
            assert getattr(read, name) == getattr(kept, name), name
        number = f"01219800{len(Application.objects.all()):04d}"
        page = send(made, identity=number, **({"was_member": "on"} if back else {}))
        assert page.status_code == 200, page.content.decode()[:3000]
    assert Application.objects.count() == 3
    assert enterprise_named("") is None
    assert enterprise_named("KHONG-CO") is None


def test_a_form_drawn_once_is_each_reader_s_own(tree: Tree, system: Actor) -> None:
    """What is drawn for many holds nothing of one of them, and what is filled in is escaped."""
    names = ["May & Mặc <b>Một</b>", 'Công ty "Hai" \ue000mark\ue001']
    first, second = (make_workplace(system, tree.north_a, name=name) for name in names)
    pages = [
        Client().get(f"{door('join')}?noi={place.code}&x=%22%3E%3Cscript%3E{number}")
        for number, place in enumerate((first, second, first))
    ]
    texts = [page.content.decode() for page in pages]
    assert "<b>May &amp; Mặc &lt;b&gt;Một&lt;/b&gt;</b>" in texts[0]
    assert "Công ty &quot;Hai&quot;" in texts[1]
    assert "Một" not in texts[1]
    assert "\ue000mark\ue001" in texts[1], "a gap in somebody's text is only text"
    plain = Client().get(door("join")).content.decode()
    assert f'href="{door("join", "portal-en")}"' in plain
    marks = {re.search(r'name="mark" value="([^"]+)"', text)[1] for text in texts}  # type: ignore[index]
    tokens = {re.search(r'middlewaretoken" value="([^"]+)"', text)[1] for text in texts}  # type: ignore[index]
    assert (len(marks), len(tokens)) == (3, 3)
    for number, (page, text) in enumerate(zip(pages, texts, strict=True)):
        assert page.cookies["csrftoken"].value
        assert "<script>0" not in text
        assert f"&amp;x=%22%3E%3Cscript%3E{number}" in text
    # The drawn form and the one that comes back with a fault ask the same.
    back = Client().post(f"{door('join')}?noi={first.code}", {"mark": "x"}).content.decode()
    boxes = [set(re.findall(r'name="(\w+)"', text)) for text in (texts[0], back)]
    assert boxes[0] == boxes[1]


def test_pages_are_light_and_never_kept(workplace: Enterprise) -> None:
    assets = sum(path.stat().st_size for path in (ROOM / "static/portal").iterdir())
    for name in ("landing", "workplace", "join", "follow"):
        page = Client().get(door(name))
        assert len(page.content) + assets < 50_000
        assert "no-store" in page.headers["Cache-Control"]
        assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]


@pytest.fixture
def authority(workplace: Enterprise, settings: Any, tmp_path: Path) -> Authority:
    made = Authority()
    settings.SIGNING = {"roots": made.trust(tmp_path / "roots"), "revocation": "lists"}
    return made


def paper(workplace: Enterprise, space: str = "portal", **changes: Any) -> HttpResponse:
    """The form as the page gives it to be signed: filled in without signing and without the sum."""
    return send(workplace, space, scan="", total="", paper="1", **changes)


def pdf(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("don-da-ky.pdf", content, "application/pdf")


def test_a_worker_signs_digitally_without_scripts(workplace: Enterprise, authority: Authority) -> None:
    given = paper(workplace)
    assert (given.status_code, given.headers["Content-Type"]) == (200, "application/pdf")
    assert "attachment" in given.headers["Content-Disposition"]
    assert "no-store" in given.headers["Cache-Control"]
    assert not Application.objects.exists()
    # On another page that was opened meanwhile, with the same words in it.
    sent = send(workplace, scan="", signed=pdf(sign(given.content, authority.issue())))
    assert sent.status_code == 200
    row = Application.objects.get()
    assert row.signature.kind == "digital"
    assert row.signature.certificate.name == "LÒ THỊ NGÂN HÀ"
    assert code_of(sent)


def test_what_is_wrong_with_a_signed_file_is_said_beside_it(
    workplace: Enterprise, authority: Authority
) -> None:
    given = paper(workplace)
    for space, words in (
        ("portal", "Họ tên trên chứng thư số khác"),
        ("portal-en", "The name on the certificate is not"),
    ):
        content = given.content if space == "portal" else paper(workplace, space).content
        page = send(workplace, space, scan="", signed=pdf(sign(content, authority.issue("VÀNG A PÁO"))))
        assert page.status_code == 422
        beside = re.search(
            r'<div class="field wrong"><label for="id_signed">.*?</div>', page.content.decode()
        )
        assert beside is not None
        assert words in beside.group(0)
    page = send(workplace, scan="", signed=pdf(b"%PDF" + b"x" * 10_000_000))
    assert "Tệp lớn quá 6 MB. Hãy chọn đúng đơn" in page.content.decode()
    assert not Application.objects.exists()


def test_the_paper_is_for_a_form_that_is_filled_in(workplace: Enterprise, authority: Authority) -> None:
    page = paper(workplace, full_name="")
    assert page.status_code == 422
    assert "Chưa lập được đơn để ký số" in page.content.decode()
    short = {
        "nationality": "PH",
        "identity": "P1234567A",
        "contract_kind": "fixed",
        "contract_from": f"01/01/{timezone.localdate().year}",
        "contract_to": f"30/11/{timezone.localdate().year}",
    }
    refused = paper(workplace, "portal-en", **short)
    assert refused.status_code == 422
    assert "at least 12 months" in refused.content.decode()
    Parameter.objects.filter(code="joining.sends_per_hour").update(value=1)
    assert [paper(workplace).status_code for _ in range(3)][-1] == 429


def test_without_authorities_or_the_parameter_the_way_is_not_offered(
    workplace: Enterprise, authority: Authority, settings: Any
) -> None:
    address = f"{door('join')}?noi={workplace.code}"
    assert b"id_signed" in Client().get(address).content
    content = sign(paper(workplace).content, authority.issue())
    Parameter.objects.filter(code="joining.signatures").update(value=["drawn", "uploaded"])
    assert b"id_signed" not in Client().get(address).content
    Parameter.objects.filter(code="joining.signatures").update(value=["drawn", "digital"])
    settings.SIGNING = {**settings.SIGNING, "roots": ""}
    assert b"id_signed" not in Client().get(address).content
    for answer in (paper(workplace), send(workplace, scan="", signed=pdf(content))):
        assert answer.status_code == 422
        assert answer.headers["Content-Type"].startswith("text/html")
    assert not Application.objects.exists()


def test_every_reason_is_worded_in_english() -> None:
    assert set(REASONS.values()) <= set(SAID)
