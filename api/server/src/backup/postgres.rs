//! PostgreSQL's own tools: `pg_dump` writes a script of everything, `psql` runs it in one transaction.

use crate::config::Failed;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes everything in a schema as a script.
pub fn dump(url: &str, namespace: &str, target: &Path) -> Result<(), Failed> {
    let mut command = tool("pg_dump", url)?;
    command.args(["--format=plain", "--no-owner", "--no-privileges", "--schema", namespace, "--file"]).arg(target);
    run("pg_dump", command)
}

/// Puts a script in the place of a schema, all of it or nothing. Unless it is to be replaced, the schema must be empty:
/// PostgreSQL sees to that in the same transaction.
pub fn restore(url: &str, namespace: &str, script: &Path, replace: bool) -> Result<(), Failed> {
    let make_room = format!("DROP SCHEMA {} {}", quoted(namespace), if replace { "CASCADE" } else { "RESTRICT" });
    let mut command = tool("psql", url)?;
    command.args(["--no-psqlrc", "--quiet", "--output=/dev/null", "--single-transaction", "--set=ON_ERROR_STOP=1"]);
    command.arg("--command").arg(make_room).arg("--file").arg(script);
    run("psql", command)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A tool that is told of the database. The password goes by the environment, where other users of the machine do not
/// see it.
fn tool(name: &str, url: &str) -> Result<Command, Failed> {
    let mut address = url::Url::parse(url)?;
    let password = address.password().map(str::to_string);
    address.set_password(None).map_err(|()| "the address of the database takes no password")?;
    let mut command = Command::new(name);
    command.arg("--dbname").arg(address.as_str()).stdin(Stdio::null());
    if let Some(password) = password {
        let plain = percent_encoding::percent_decode_str(&password).decode_utf8()?;
        command.env("PGPASSWORD", plain.as_ref());
    }
    Ok(command)
}

fn run(name: &str, mut command: Command) -> Result<(), Failed> {
    let output = command.output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            format!("{name} is missing: install PostgreSQL's client tools, of the server's version or a later one")
        }
        _ => format!("{name}: {error}"),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name} failed ({}): {}", output.status, said.trim()).into())
}
