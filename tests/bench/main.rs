//! How fast the house is, as ratios that were measured in one run: a billing run against the raw insert of the very rows
//! that it wrote, what the server answers a second while four callers ask without pause, how long orders take while a billing
//! run goes on, and how fast the payment queue charges at a gateway that takes its time. `scripts/bench` runs it.

mod billing;
mod caller;
mod counter;
mod meter;
mod population;
mod queue;
mod rush;
mod site;

use site::Site;
use std::process::Command;

/// The binary's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is measured; each by a process of its own, so that none inherits the memory of another.
const USUAL: &[&[&str]] =
    &[&["sqlite", "10000"], &["counter", "400"], &["rush", "sqlite", "10000"], &["queue", "sqlite", "2000"]];
const LONG: &[&[&str]] = &[
    &["sqlite", "10000"],
    &["sqlite", "100000"],
    &["sqlite", "1000000"],
    &["postgres", "10000"],
    &["counter", "2000"],
    &["rush", "sqlite", "50000"],
    &["rush", "postgres", "20000"],
    &["queue", "sqlite", "100000"],
    &["queue", "postgres", "100000"],
];

fn main() {
    // `cargo bench` says `--bench` besides
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sqlite", count] => println!("{}", billing::measure(&Site::on_sqlite(), count.parse().unwrap())),
        ["postgres", count] => println!("{}", billing::measure(&Site::on_postgres(), count.parse().unwrap())),
        ["counter", calls] => {
            println!("\n{}", counter::HEADING);
            counter::measure(Site::on_sqlite(), calls.parse().unwrap()).iter().for_each(|line| println!("{line}"));
        }
        ["rush", "sqlite", count] => println!("{}", rush::measure(&Site::on_sqlite(), count.parse().unwrap())),
        ["rush", "postgres", count] => println!("{}", rush::measure(&Site::on_postgres(), count.parse().unwrap())),
        ["queue", "sqlite", count] => println!("{}", queue::measure(&Site::on_sqlite(), count.parse().unwrap())),
        ["queue", "postgres", count] => println!("{}", queue::measure(&Site::on_postgres(), count.parse().unwrap())),
        ["--long"] => all(LONG),
        [] => all(USUAL),
        _ => panic!("--long, or nothing"),
    }
}

fn all(parts: &[&[&str]]) {
    println!("{}", billing::HEADING);
    for part in parts {
        let ended = Command::new(std::env::current_exe().unwrap()).args(*part).status().unwrap();
        assert!(ended.success(), "{part:?}");
    }
}
