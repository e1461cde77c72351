"""Some hundred generated cases of each part of the fuzz run, the same ones each time."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import fuzz
from hypothesis import strategies as st

# So many as take about a second.
CASES = {"ingest": 15, "tables": 60, "readers, any rows": 80, "readers, any objects": 40, "readers, any columns": 100}


@pytest.mark.filterwarnings("default")  # what Arrow and the encodings warn of is no failure of a case
@pytest.mark.parametrize("name", fuzz.PARTS)
def test_no_generated_case_goes_wrong(name: str) -> None:
    tally = fuzz.run(fuzz.PARTS[name], first_seed=7, most=CASES.get(name, 150))
    assert tally.cases == CASES.get(name, 150)
    assert tally.kinds == {}


def test_a_case_that_goes_wrong_is_counted_told_and_runs_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def check(case: int) -> None:
        assert case < 9, f"{case} is too much"

    monkeypatch.setitem(fuzz.PARTS, "numbers", fuzz.Part(st.integers(0, 19), check))
    tally = fuzz.run(fuzz.PARTS["numbers"], first_seed=1, most=50)
    assert (tally.cases, len(tally.kinds)) == (50, 1)
    assert 0 < tally.failures < 50
    fuzz.tell("numbers", tally, tmp_path)
    _, line = capsys.readouterr().out.splitlines()
    assert "AssertionError at test_fuzz.py" in line
    assert "is too much" in line
    (path,) = tmp_path.iterdir()
    with pytest.raises(AssertionError, match="is too much"):
        fuzz.replay(path)


def test_the_same_seed_gives_the_same_cases() -> None:
    def cases(first_seed: int) -> list[object]:
        seen: list[object] = []
        fuzz.run(fuzz.Part(fuzz.PARTS["tables"].cases, seen.append), first_seed=first_seed, most=20)
        return seen

    assert cases(3) == cases(3) != cases(4)
