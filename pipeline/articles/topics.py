"""Which restriction debate an article is about: the one whose names occur most in it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

_WORD = re.compile(r"\w+")


class TopicFinder:
    """Counts the aliases of every topic in one pass over an article's words.

    Parameters
    ----------
    aliases
        Target to the names that stand for it; case, and what stands between words, do not matter.
    """

    def __init__(self, aliases: Mapping[str, Iterable[str]]) -> None:
        self._by_first: defaultdict[str, list[tuple[list[str], str]]] = defaultdict(list)
        for target, names in aliases.items():
            for name in names:
                if words := _WORD.findall(name.casefold()):
                    self._by_first[words[0]].append((words, target))
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def find(self, *texts: str | None) -> str | None:
        """Return the target named most often in the texts; of equals the one named, then given, first; else None.

        Examples
        --------
        >>> finder = TopicFinder({"drones": ["drone", "drones"], "chips": ["chip exports"]})
        >>> finder.find("A drone? Chip exports!", "Drones.")
        'drones'
        """
        counts: Counter[str] = Counter()
        for text in texts:
            words = _WORD.findall((text or "").casefold())
            taken: dict[str, int] = {}
            for index, word in enumerate(words):
                for name, target in self._by_first.get(word, ()):
                    # Of aliases inside one another ("5G networks", "5G") the longest counts, once.
                    if taken.get(target, 0) <= index and words[index : index + len(name)] == name:
                        counts[target] += 1
                        taken[target] = index + len(name)
        # Equals keep the order in which they were first counted.
        return counts.most_common(1)[0][0] if counts else None
