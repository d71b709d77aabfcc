//! The binary `comptoir`: configuration, wiring, command line.

mod backup;
mod config;
mod demo;
mod events;
mod hosting;
mod house;
mod mail;
mod openapi;
mod serve;
mod store;
mod user;
mod vat;
mod verify;

use clap::{Parser, Subcommand};
use config::Config;
use std::process::ExitCode;

/// Orders and billing runs make and drop many small things: a tenth of their time, less with this allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The counter a web-hosting reseller sells over.
#[derive(Parser)]
#[command(name = "comptoir", version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API (migrates the database first).
    Serve(Box<serve::Serve>),
    /// Fill a folder with a house that has a year of business behind it, and serve it.
    Demo(Box<demo::Demo>),
    /// Bring the database to the present schema and stop.
    Migrate,
    /// Print the API document (OpenAPI 3.1).
    Openapi,
    /// See and run events.
    #[command(subcommand)]
    Events(events::Events),
    /// Check that what is stored can be true; fails if anything is wrong.
    Verify(verify::Verify),
    Backup(backup::Backup),
    Restore(backup::Restore),
    /// Make the pages of stores.
    #[command(subcommand)]
    Store(store::Store),
    /// Manage who can sign in.
    #[command(subcommand)]
    User(user::User),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    config::log(&cli.config);
    let outcome = match cli.command {
        Command::Serve(serve) => serve.run(&cli.config),
        Command::Demo(demo) => demo.run(cli.config),
        Command::Migrate => cli.config.open_store().map(|_| ()),
        Command::Openapi => openapi::print(),
        Command::Events(events) => events.run(&cli.config),
        Command::Backup(backup) => backup.run(&cli.config),
        Command::Restore(restore) => restore.run(&cli.config),
        Command::Verify(verify) => verify.run(&cli.config),
        Command::Store(store) => store.run(&cli.config),
        Command::User(user) => user.run(&cli.config),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("comptoir: {error}");
            ExitCode::FAILURE
        }
    }
}
