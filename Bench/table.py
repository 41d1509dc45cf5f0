"""The targets, and how each came out."""


class Table:
    def __init__(self):
        self.rows = []

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
        self.add(name, measured, unit, f"<= {bound:.1f}  ({formula})", measured <= bound)

    def at_least(self, name, measured, bound, unit, formula):
        self.add(name, measured, unit, f">= {bound:.1f}  ({formula})", measured >= bound)

    def figure(self, name, measured, unit, note=""):
        self.add(name, measured, unit, "", None, note)

    def print(self):
        width = max(len(row["name"]) for row in self.rows)
        for row in self.rows:
            verdict = {True: "PASS", False: "FAIL", None: "    "}[row["passed"]]
            print(
                f"{verdict} {row['name']:<{width}}  {row['measured']:>9.2f} {row['unit']:<8} {row['target']} {row['note']}".rstrip()
            )

    @property
    def failed(self):
        return [row["name"] for row in self.rows if row["passed"] is False]
