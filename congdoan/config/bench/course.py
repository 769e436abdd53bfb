"""The whole course: grounds made, pieces run one after the other, figures put together with their aims."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from congdoan.config.bench import joining
from congdoan.config.bench.apart import GROUND, WORK, Bench
from congdoan.config.bench.figures import Figure, Times
from congdoan.config.bench.world import Ground

PARTS = ("import", "screens", "export", "upkeep", "returns", "reorganise", "joining")
#: Growth is told from here.
SMALL = 100_000
#: Rows the peer is given; it is asked for its rows per second only.
PLAIN_SAMPLE = 2_000
TUNED_SAMPLE = 20_000
REQUESTS = 100
#: Applications a second that must be taken in, and for how long by default.
RATE, SECONDS = 100, 20
_PEER_REQUESTS = 20

_MB = 1_000_000
_SCREENS = {
    "search_frequent": "Tìm tên, từ hay gặp",
    "search_rare": "Tìm tên, họ tên hiếm",
    "search_pair": "Tìm tên, hai từ",
    "search_prefix": "Tìm tên, gõ vài chữ đầu",
    "search_middle": "Tìm tên trong một công đoàn cỡ giữa",
    "list_first": "Danh sách đoàn viên, trang đầu",
    "list_deep": "Danh sách đoàn viên, trang sâu",
    "list_province": "Danh sách đoàn viên một tỉnh",
    "list_middle": "Danh sách đoàn viên một công đoàn cấp trên",
    "list_small": "Danh sách đoàn viên một CĐCS",
    "plan_root": "Tiến độ kế hoạch ở đơn vị cao nhất",
    "plan_slowest": "– bảng đơn vị chậm nhất của trang ấy, mở sau",
    "unit_root": "Trang đơn vị cao nhất",
    "unit_middle": "Trang một công đoàn cấp trên",
    "home": "Trang chủ của đơn vị cao nhất",
    "home_slowest": "– bảng đơn vị chậm nhất của trang chủ, mở sau",
    "employers_first": "Danh sách doanh nghiệp, trang đầu",
    "employers_search": "Tìm tên doanh nghiệp",
    "employers_call": "Doanh nghiệp ưu tiên vận động",
    "employers_province": "Danh sách doanh nghiệp một tỉnh",
    "employers_middle": "Danh sách doanh nghiệp một công đoàn cấp trên",
    "coverage_root": "Bản đồ bao phủ cả nước",
    "coverage_province": "Bản đồ bao phủ một tỉnh",
}
Say = Callable[[str], None]


def run(
    bench: Bench, *, members: int, only: str, requests: int, say: Say, seconds: int = SECONDS
) -> Iterator[Figure]:
    """Measure. ``only``: one of PARTS, or "" for all; ``requests`` a screen; ``seconds`` of applications. Figures come as
    they are known."""
    parts = {only} if only else set(PARTS)
    if "joining" in parts:
        yield from _joining(bench, seconds, say)
    if parts == {"joining"}:
        return
    countries = _Countries(bench, say)
    if "import" in parts:
        yield from _imports(bench, countries, members, say)
    earlier: dict[str, Times] = {}
    sizes = [SMALL, members] if members > SMALL and "screens" in parts else [members]
    for size in sizes:
        if parts == {"import"}:
            break
        ground = countries.of(size)
        say(f"Ghi {_n(size)} đoàn viên vào sổ")
        written, filled = bench.apart("world.fill", ground)
        if parts & {"screens", "upkeep"}:
            employers = bench.apart("employers.fill_employers", ground)
            say(f"Đã ghi {_n(employers)} doanh nghiệp")
        folded, seconds = bench.apart("upkeep.settle")
        if "upkeep" in parts and size == members:
            group = f"Giữ số liệu đúng, {_n(size)} đoàn viên"
            yield Figure("upkeep.fill", group, "Ghi sổ không qua tệp", written / filled, "rows/s")
            yield Figure(
                "upkeep.fold",
                group,
                "Cộng dồn số liệu",
                folded / seconds,
                "rows/s",
                note=f"{_n(folded)} bút toán",
            )
        if "screens" in parts:
            say(f"Mở các màn hình trên {_n(size)} đoàn viên")
            times = bench.apart("screens.measure", ground, requests)
            peer = (
                bench.apart("screens.measure_peer", min(requests, _PEER_REQUESTS)) if size == members else {}
            )
            yield from _screens(size, times, peer, earlier)
            earlier = times
        if "export" in parts and size == sizes[0]:
            say("Xuất danh sách ra .xlsx")
            yield from _export(bench)
        if "upkeep" in parts and size == members:
            say("Kiểm tra lại toàn bộ số liệu")
            differences, seconds = bench.apart("upkeep.recount")
            group = f"Giữ số liệu đúng, {_n(size)} đoàn viên"
            yield Figure("upkeep.recount", group, "Đếm lại toàn bộ từ sổ", seconds, "s")
            yield Figure("upkeep.differences", group, "Chỗ lệch tìm thấy", differences, "rows", aim=0)
        if "returns" in parts and size == members:
            say(f"Lập báo cáo 6 tháng của mọi đơn vị trên {_n(size)} đoàn viên")
            yield from _returns(bench, ground, requests)
        if "reorganise" in parts and size == members:
            yield from _reorganise(bench, ground, say)


def _n(number: int) -> str:
    return f"{number:,}".replace(",", ".")


#: So many members of all stand below the provinces that become one; so many are booked out of their union and into
#: another, with two lines in the ledger each.
_SHARES = {"merge_provinces": 0.3, "merge_unions": 0.3}


def _reorganise(bench: Bench, ground: Ground, say: Say) -> Iterator[Figure]:
    for work, name, note in (
        ("merge_provinces", "Nhập tỉnh", "đơn vị sang tỉnh mới, đoàn viên ở nguyên công đoàn"),
        ("merge_unions", "Sáp nhập công đoàn cơ sở", "từng đoàn viên ra và vào"),
    ):
        wanted = int(ground.members * _SHARES[work])
        say(f"{name}: {_n(wanted)} trên {_n(ground.members)} đoàn viên")
        done = bench.apart(f"reorganising.{work}", ground, wanted)
        group = f"{name}, {_n(done.members)} đoàn viên, {_n(done.units)} đơn vị ({note})"
        yield Figure(f"reorganise.{work}.check", group, "Bảng cân đối", done.check, "s", aim=20)
        yield Figure(f"reorganise.{work}.commit", group, "Thực hiện", done.commit, "s", aim=60)
        yield Figure(
            f"reorganise.{work}.vs_plain",
            group,
            "  so với UPDATE cùng số dòng",
            done.commit / done.plain,
            "x",
            note=f"UPDATE {done.plain:.1f} giây".replace(".", ","),
        )
        yield Figure(f"reorganise.{work}.undo", group, "Hoàn tác", done.undo, "s", aim=60)
        yield Figure(
            f"reorganise.{work}.page",
            group,
            "Trang đơn vị mở trong lúc đó, p95",
            done.page_p95,
            "ms",
            aim=200,
            note=f"{len(done.pages)} lần",
        )
        yield Figure(
            f"reorganise.{work}.differences", group, "Chỗ lệch tìm thấy", done.differences, "rows", aim=0
        )


def _returns(bench: Bench, ground: Ground, requests: int) -> Iterator[Figure]:
    done = bench.apart("returning.half_year", ground, requests)
    group = f"Báo cáo 6 tháng, {_n(ground.members)} đoàn viên, {_n(done.returns)} đơn vị"
    yield Figure("returns.give_out", group, "Giao kỳ cho mọi đơn vị", done.given_out, "s")
    yield Figure(
        "returns.whole",
        group,
        "Máy tính báo cáo của mọi đơn vị",
        done.whole,
        "s",
        aim=120,
        note=f"{_n(done.cells)} ô, máy tính toán {done.processor:.0f} giây",
    )
    yield Figure(
        "returns.single",
        group,
        "Lập báo cáo của một đơn vị, p95",
        done.single.p95,
        "ms",
        aim=300,
        note=f"p50 {done.single.p50:.0f} ms, máy tính toán {done.single.processor:.0f} ms",
    )


def _joining(bench: Bench, seconds: int, say: Say) -> Iterator[Figure]:
    say(f"Gửi {RATE} đơn gia nhập một giây trong {seconds} giây, rồi nhiều nhất có thể, rồi tắt đột ngột")
    done = joining.measure(bench.folder, rate=RATE, seconds=seconds)
    group = f"Đơn gia nhập trực tuyến, mở đơn và gửi, {seconds} giây, máy chủ và trình gửi trên cùng máy"
    sent = len(done.open.sent)
    yield Figure(
        "joining.rate",
        group,
        "Nhận mỗi giây khi gửi đều",
        sent / done.open.seconds,
        "rows/s",
        aim=RATE * 0.97,
        lower_is_better=False,
        note=f"{_n(sent)} đơn; trình gửi dùng {done.open.driver / done.open.seconds:.0%} một nhân",
    )
    yield Figure(
        "joining.p95",
        group,
        "Thời gian gửi, p95",
        done.open.p(0.95),
        "ms",
        aim=300,
        note=f"p50 {done.open.p(0.5):.0f} ms",
    )
    yield Figure("joining.refused", group, "Đơn không được trả lời", done.open.refused, "rows", aim=0)
    most = len(done.most.sent) / done.most.seconds
    yield Figure("joining.most", group, "Nhiều nhất có thể", most, "rows/s")
    yield Figure(
        "joining.vs_bare",
        group,
        "  so với biểu mẫu Django một bảng",
        done.bare / most,
        "x",
        note=f"biểu mẫu ấy {_n(round(done.bare))} mỗi giây",
    )
    yield Figure(
        "joining.one_workplace",
        group,
        "  đều từ một nơi làm việc",
        len(done.one.sent) / done.one.seconds,
        "rows/s",
        note=f"p95 {done.one.p(0.95):.0f} ms",
    )
    kept = f"{_n(len(done.killed.codes))} đơn, gửi lại {_n(done.killed.tried_again)} lần"
    yield Figure("joining.lost", group, "Mất khi tắt đột ngột", done.lost, "rows", aim=0, note=kept)
    yield Figure("joining.doubled", group, "Ghi hai lần khi tắt đột ngột", done.doubled, "rows", aim=0)
    yield Figure(
        "joining.unanswered", group, "Chưa được trả lời sau khi chạy lại", done.killed.refused, "rows", aim=0
    )


class _Countries:
    """Grounds by the number of members; the newest is kept, since the next piece of work mostly wants the same."""

    def __init__(self, bench: Bench, say: Say) -> None:
        self._bench, self._say = bench, say
        self._newest: Ground | None = None

    def of(self, members: int) -> Ground:
        """A ground for so many members, and the work's database as a fresh copy of it."""
        if self._newest is None or self._newest.members != members:
            self._say(f"Dựng cây công đoàn cho {_n(members)} đoàn viên")
            self._bench.create(GROUND)
            self._newest = self._bench.apart("world.build_ground", members, database=GROUND)
        self._bench.create(WORK, template=GROUND)
        return self._newest


def _imports(bench: Bench, countries: _Countries, members: int, say: Say) -> Iterator[Figure]:
    ground = countries.of(members)
    group = f"Nhập danh sách .xlsx, {_n(members)} dòng, xem trước và ghi"

    def fresh(work: str, rows: int, *arguments: Any) -> Any:
        path = bench.folder / f"list-{rows}.xlsx"
        if not path.exists():
            bench.apart("world.write_list", ground, rows, path, database=GROUND)
        bench.create(WORK, template=GROUND)
        return bench.apart(work, path, *arguments)

    plain, tuned = min(PLAIN_SAMPLE, members), min(TUNED_SAMPLE, members)
    say(f"Nhập bằng django-import-export như tài liệu, {_n(plain)} dòng")
    plain_work = fresh("peers.import_list", plain, False)
    say(f"Nhập bằng django-import-export đã tinh chỉnh, {_n(tuned)} dòng")
    tuned_work = fresh("peers.import_list", tuned, True)
    say(f"Nhập {_n(members // 4)} dòng")
    quarter = fresh("importing.import_list", members // 4)
    say(f"Nhập {_n(members)} dòng")
    whole = fresh("importing.import_list", members)
    say("Đọc bằng calamine và COPY thẳng, không kiểm tra gì")
    floor = fresh("floor.import_list", members)
    if whole.refused:
        raise RuntimeError(f"{whole.refused} dòng bị từ chối")

    ours = whole.rows / whole.work.seconds
    yield Figure("import.rate", group, "Nhập, từ tệp đến sổ", ours, "rows/s", note=_split(whole))
    for code, name, work, aim in (
        ("documented", "django-import-export như tài liệu", plain_work, 25),
        ("tuned", "django-import-export đã tinh chỉnh", tuned_work, 10),
    ):
        theirs = work.rows / work.seconds
        yield Figure(f"import.{code}", group, name, theirs, "rows/s", note=f"{_n(work.rows)} dòng")
        yield Figure(
            f"import.vs_{code}",
            group,
            "  nhanh gấp",
            ours / theirs,
            "x",
            aim=aim,
            lower_is_better=False,
            note=_by_processor(whole.work.processor_seconds / whole.rows, work.processor_seconds / work.rows),
        )
    yield Figure("import.floor", group, "Sàn: calamine + COPY", floor.rows / floor.seconds, "rows/s")
    yield Figure(
        "import.vs_floor",
        group,
        "  chậm hơn sàn",
        whole.work.seconds / floor.seconds,
        "x",
        aim=4,
        note=_by_processor(floor.processor_seconds, whole.work.processor_seconds),
    )
    yield Figure(
        "import.memory",
        group,
        "Bộ nhớ cao nhất",
        whole.memory / _MB,
        "MB",
        aim=300,
        note=f"cộng đỉnh riêng của từng tiến trình: {whole.memory_apart / _MB:.0f} MB",
    )
    yield Figure(
        "import.memory_quarter", group, f"  khi nhập {_n(members // 4)} dòng", quarter.memory / _MB, "MB"
    )
    yield Figure(
        "import.memory_growth",
        group,
        "  gấp mấy lần khi số dòng gấp bốn",
        whole.memory / quarter.memory,
        "x",
        aim=1.1 if quarter.is_shared else None,
        note="" if quarter.is_shared else "quá ít dòng để kết luận",
    )


def _split(whole: Any) -> str:
    return f"xem trước {whole.preview_seconds:.0f} giây, ghi {whole.commit_seconds:.0f} giây"


def _by_processor(ours: float, theirs: float) -> str:
    return f"theo giờ máy tính toán: {theirs / ours:.1f} lần".replace(".", ",")


def _screens(
    members: int, times: dict[str, Times], peer: dict[str, Times], earlier: dict[str, Times]
) -> Iterator[Figure]:
    group = f"Màn hình, {_n(members)} đoàn viên, p95 thời gian máy chủ"
    for code, name in _SCREENS.items():
        mine = times[code]
        said = [f"p50 {mine.p50:.0f} ms, máy tính toán {mine.processor:.0f} ms"]
        if code in earlier:
            said.append(f"ở {_n(SMALL)}: {earlier[code].p95:.0f} ms")
        if code in peer:
            said.append(f"Django admin: p50 {peer[code].p50:.0f}, p95 {peer[code].p95:.0f} ms")
        yield Figure(f"screens.{members}.{code}", group, name, mine.p95, "ms", aim=50, note="; ".join(said))


def _export(bench: Bench) -> Iterator[Figure]:
    done = bench.apart("exporting.export_members", str(bench.folder))
    group = f"Xuất .xlsx, {_n(done.rows)} dòng × {done.columns} cột"
    yield Figure("export.rate", group, "Xuất danh sách đoàn viên", done.rows / done.seconds, "rows/s")
    yield Figure("export.bare", group, "Sàn: XlsxWriter", done.rows / done.bare_seconds, "rows/s")
    yield Figure("export.vs_bare", group, "  chậm hơn sàn", done.seconds / done.bare_seconds, "x", aim=1.5)
    yield Figure("export.memory", group, "Bộ nhớ cao nhất", done.memory / _MB, "MB", aim=300)
