"""The targets, and how each came out."""


class Table:
    def __init__(self):
        self.rows = []
        self.left_out = []

    def add(self, name, measured, unit, target, passed, note=""):
        self.rows.append(
            {
                "name": name,
                "measured": round(measured, 2),
                "unit": unit,
                "target": target,
                "passed": passed,
                "note": note,
            }
        )

    def at_most(self, name, measured, bound, unit, formula):
        self.add(name, measured, unit, f"<= {bound:g}  ({formula})", measured <= bound)

    def at_least(self, name, measured, bound, unit, formula):
        self.add(name, measured, unit, f">= {bound:g}  ({formula})", measured >= bound)

    def figure(self, name, measured, unit, note=""):
        self.add(name, measured, unit, "", None, note)

    def missing(self, name, why):
        """A row that should be there: what was not measured was not met."""
        self.rows.append(
            {"name": name, "measured": None, "unit": "", "target": "", "passed": False, "note": f"NOT MEASURED: {why}"}
        )

    def without(self, name):
        """A row that nobody asked for, which the last line still names."""
        self.left_out.append(name)

    def print(self):
        width = max(len(row["name"]) for row in self.rows)
        for row in self.rows:
            if row["measured"] is None:
                print(f"FAIL {row['name']:<{width}}  {row['note']}")
                continue
            verdict = {True: "PASS", False: "FAIL", None: "    "}[row["passed"]]
            print(
                f"{verdict} {row['name']:<{width}}  {row['measured']:>9.2f} {row['unit']:<8} {row['target']} {row['note']}".rstrip()
            )

    @property
    def failed(self):
        return [row["name"] for row in self.rows if row["passed"] is False]

    def verdict(self):
        """The last line, and the status to end with."""
        met = sum(1 for row in self.rows if row["passed"])
        line = f"bench: {met} targets met, {len(self.failed)} missed"
        line += f": {', '.join(self.failed)}" if self.failed else ""
        line += f"; not measured: {', '.join(self.left_out)}" if self.left_out else ""
        return line, 1 if self.failed or not met else 0
