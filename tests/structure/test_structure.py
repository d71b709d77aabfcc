"""scripts/structure finds each fault it speaks of, and nothing in a house without one.

    python3 -m unittest discover tests/structure
"""

import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts/structure"

# A small house that is in order, and hard to read: what looks like a fault is text, or stands where it may.
SOUND = {
    "migrations/sqlite/0001_kernel/up.sql": "CREATE TABLE sellers (id BLOB);\n",
    "migrations/postgres/0001_kernel/up.sql": "CREATE TABLE sellers (id bytea);\n",
    "api/domain/Cargo.toml": '[dependencies]\ndiesel = { version = "2", optional = true }\n',
    "api/domain/src/sql.rs": "use diesel::sql_types::Text;\n",
    "api/domain/src/ids.rs": (
        '#[cfg_attr(feature = "sql", derive(diesel::AsExpression), diesel(sql_type = diesel::sql_types::Binary))]\n'
        '/* f64, diesel */ pub struct Id; // f32\nconst FLOATS: &str = r#"f64 "f32""#;\n'
        "fn opens<'a>(text: &'a str) -> [u8; 1] { let _ = ('{', '\\'', \"{\", text); [b'{'] }\n"
    ),
    "api/app/Cargo.toml": '[dependencies]\nactix-web = "4"\ncomptoir-db = "0"\n',
    "api/app/src/kernel/metrics.rs": "pub struct Seconds(pub f64);\n",
    "api/app/src/long.rs": "fn long() {\n" + "    call();\n" * 78 + "}\n" + "// more\n" * 370,
}

# What is put into the house, and what is said about it.
FAULTS = [
    ("api/app/src/helpers.rs", "", "helpers says nothing"),
    ("api/app/src/common/read.rs", "", "common says nothing"),
    ("api/app/src/a.rs", "// more\n" * 451, "api/app/src/a.rs:1: 451 lines"),
    ("api/app/src/a.rs", "\nfn long() {\n" + "    call();\n" * 79 + "}\n", "api/app/src/a.rs:2: fn long has 81 lines"),
    ("api/app/src/a.rs", 'fn a(text: &str) {}\nfn b() -> f64 { "\\"" }', "api/app/src/a.rs:2: floats"),
    ("api/app/src/a.rs", "took.as_secs_f64()", "floats"),
    ("api/app/src/a.rs", "fn a() { to" "do!() }", "unfinished"),
    ("api/app/src/a.rs", "#[test]\n#[ign" 'ore = "slow"]\nfn a() {}', "api/app/src/a.rs:2: unfinished"),
    ("scripts/a", "# TO" "DO: more", "unfinished"),
    ("scripts/a", "# FIX" "ME", "unfinished"),
    ("scripts/a", "cd /wo" "rk/main", "a path of one machine"),
    ("api/app/src/a.rs", 'open("/tm' 'p/a")', "a path of one machine"),
    ("storefront/templates/a.html", "<p>\r\n", "LF alone"),
    ("storefront/templates/a.html", "\ufeff<p>\n", "invisible"),
    ("storefront/templates/a.html", "<p>\u202e\n", "invisible"),
    ("api/domain/src/a.rs", "use diesel::prelude::*;", "only sql.rs"),
    ("api/domain/src/a.rs", "use std::fs;", "domain is pure"),
    ("api/domain/src/a.rs", "let now = chrono::Utc::now();", "domain is pure"),
    ("api/domain/Cargo.toml", '[dependencies]\ndiesel = "2"\n', "diesel must be optional"),
    ("api/domain/Cargo.toml", '[dev-dependencies]\ntokio = "1"\n', "tokio belongs to"),
    ("api/app/Cargo.toml", '[dependencies]\ndiesel_migrations = "2"\n', "diesel_migrations belongs to"),
    ("api/db/Cargo.toml", '[dependencies]\nactix-web = "4"\n', "actix-web belongs to"),
    ("api/db/Cargo.toml", '[dependencies]\ncomptoir-app = "0"\n', "api/db must not know comptoir-app"),
    ("migrations/sqlite/0002_plans/up.sql", "", "migrations/postgres has none"),
    ("migrations/postgres/0002_plans/up.sql", "", "migrations/sqlite has none"),
    ("migrations/sqlite/0001_kernel/down.sql", "", "forward"),
]


def checked(files):
    """Exit code and output for a house of these files."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "--quiet", folder], check=True)
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        done = subprocess.run([SCRIPT, folder], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class Structure(unittest.TestCase):
    def test_a_sound_house_passes(self):
        self.assertEqual(checked(SOUND), (0, "The house is in order.\n"))

    def test_each_fault_is_found(self):
        for path, text, said in FAULTS:
            with self.subTest(path=path, text=text[:40]):
                code, output = checked(SOUND | {path: text})
                self.assertIn(said, output)
                self.assertEqual((code, len(output.splitlines())), (1, 1), output)


if __name__ == "__main__":
    unittest.main()
