//! The real servers judge the files: nginx and the checker of BIND. Missing tools fail the test, they do not skip it.

use super::*;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// Runs a tool to its end.
fn run(tool: &str, package: &str, arguments: &[&str]) -> Output {
    Command::new(tool)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{tool} is needed ({error}): install it with `apt-get install {package}`"))
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn the_checker_of_bind_takes_the_zones() {
    let bench = Bench::new();
    // the second is the home of the name servers themselves: it needs their addresses
    for (id, domain) in [("a", "a.example"), ("home", "host.example"), ("idn", "xn--bcher-kva.example")] {
        bench.apply(&account(id, domain)).await.unwrap();
        let zone = bench.at(&format!("zones/{domain}.zone"));
        let checked = run("named-checkzone", "bind9-utils", &["-i", "local", domain, zone.to_str().unwrap()]);
        let said = said(&checked);
        assert!(checked.status.success() && said.contains("loaded serial 2028022900"), "{said}");
        assert!(!said.contains("has no address records"), "{said}");
    }
}

/// A configuration that includes the vhosts and keeps everything else in the test's folder.
fn wrapper(bench: &Bench) -> String {
    let path = bench.at("").join("nginx.conf");
    let own = bench.folder.path().display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("    {kind}_temp_path {own}/{kind};\n"))
        .concat();
    let text = format!(
        "daemon off;\nuser root;\nworker_processes 1;\npid {own}/nginx.pid;\nerror_log {own}/error.log;\nevents {{}}\n\
         http {{\n    default_type text/html;\n{temporary}    include {own}/host/vhosts/*.conf;\n}}\n"
    );
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn nginx_takes_the_vhosts() {
    let bench = Bench::new();
    for (id, domain, script_php, state) in [
        ("a", "a.example", false, State::Active),
        ("b", "b.example", true, State::Active),
        ("c", "c.example", true, State::Suspended),
    ] {
        bench.apply(&Account { script_php, state, ..account(id, domain) }).await.unwrap();
    }
    let error_log = bench.folder.path().join("error.log");
    let conf = wrapper(&bench);
    let checked = run("nginx", "nginx-light", &["-t", "-e", error_log.to_str().unwrap(), "-c", &conf]);
    let said = said(&checked);
    assert!(checked.status.success() && !said.contains("conflicting server name"), "{said}");
}

/// nginx in the foreground, ended with the test.
struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        // QUIT lets the workers go too; KILL would leave them behind
        let id = self.0.id().to_string();
        drop(Command::new("kill").args(["-QUIT", &id]).status());
        drop(self.0.wait());
    }
}

/// The answer to a plain request; a server that is not there yet answers nothing.
fn get(port: u16, host: &str, path: &str) -> String {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return String::new() };
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

/// Asks until the answer begins so: starting and reloading take a moment.
async fn wait_for(port: u16, path: &str, status: &str) -> String {
    let mut answer = String::new();
    for _ in 0..100 {
        answer = get(port, "a.example", path);
        if answer.starts_with(&format!("HTTP/1.1 {status}")) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no {status} for {path}, but: {answer}");
}

#[tokio::test]
async fn a_site_is_served_then_suspended_then_served_again() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let bench = Bench::with(|settings| settings.listen = vec![([127, 0, 0, 1], port).into()]);
    let active = account("a", "a.example");
    bench.apply(&active).await.unwrap();
    fs::write(bench.at("webspaces/a.example/httpdocs/secret.php"), "<?php $password;").unwrap();
    fs::write(bench.at("webspaces/a.example/httpdocs/.env"), "password").unwrap();
    let conf = wrapper(&bench);
    let error_log = bench.folder.path().join("error.log").to_str().unwrap().to_owned();
    run("nginx", "nginx-light", &["-v"]);
    let arguments = ["-e", &error_log, "-c", &conf];
    let nginx = Command::new("nginx").args(arguments).stderr(Stdio::null()).spawn().unwrap();
    let _nginx = Nginx(nginx);

    assert!(wait_for(port, "/", "200").await.contains("a.example is ready"));
    assert!(wait_for(port, "/missing", "404").await.contains("Page not found"));
    assert!(!wait_for(port, "/secret.php", "403").await.contains("password"));
    assert!(!wait_for(port, "/.env", "404").await.contains("password"));
    assert!(wait_for(port, "/error_docs/404.html", "404").await.contains("Page not found"));

    let reload = ["nginx", "-s", "reload", "-e", &error_log, "-c", &conf].map(String::from).to_vec();
    let listen = vec![([127, 0, 0, 1], port).into()];
    let reloading = Settings { listen, reload: vec![reload], ..settings(bench.folder.path()) };
    let host = BuiltinHost::open(reloading).unwrap();
    host.apply(&Account { state: State::Suspended, ..active.clone() }, noon()).await.unwrap();
    let page = wait_for(port, "/", "503").await;
    assert!(page.contains("This site is suspended") && page.contains("Retry-After: 86400"), "{page}");
    assert!(wait_for(port, "/any/page", "503").await.contains("This site is suspended"));

    host.apply(&active, noon()).await.unwrap();
    assert!(wait_for(port, "/", "200").await.contains("a.example is ready"));
}
