//! How fast the house is, as ratios that were measured in one run: a billing run against the raw insert of the very rows
//! that it wrote, and what the server answers a second while four callers ask without pause. `scripts/bench` runs it.

mod billing;
mod counter;
mod meter;
mod population;
mod site;

use site::Site;

/// So many subscriptions are due, on SQLite and on PostgreSQL.
struct Sizes {
    sqlite: &'static [usize],
    postgres: &'static [usize],
    calls: usize,
}

const USUAL: Sizes = Sizes { sqlite: &[10_000], postgres: &[], calls: 400 };
const LONG: Sizes = Sizes { sqlite: &[10_000, 100_000], postgres: &[10_000], calls: 2_000 };

fn main() {
    // `cargo bench` and `cargo test --benches` say more than we ask
    let long = std::env::args().any(|argument| argument == "--long");
    let sizes = if long { LONG } else { USUAL };
    println!("{}", billing::HEADING);
    for clients in sizes.sqlite {
        println!("{}", billing::measure(&Site::on_sqlite(), *clients));
    }
    for clients in sizes.postgres {
        println!("{}", billing::measure(&Site::on_postgres(), *clients));
    }
    if std::env::args().any(|argument| argument == "--billing") {
        return;
    }
    println!("\n{}", counter::HEADING);
    for line in counter::measure(Site::on_sqlite(), sizes.calls) {
        println!("{line}");
    }
}
