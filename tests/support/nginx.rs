//! The real servers, which judge what is written for them.

use std::path::Path;
use std::time::Duration;

/// Runs a tool to its end; what it said.
pub fn run(tool: &str, arguments: &[&str]) -> String {
    let done = std::process::Command::new(tool).args(arguments).output();
    let done = done.unwrap_or_else(|error| panic!("{tool} is needed ({error}): scripts/needs installs it"));
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{tool}: {said}");
    said
}

/// nginx in the foreground on the sites of a house, ended with the test.
pub struct Nginx {
    child: std::process::Child,
    arguments: Vec<String>,
}

impl Nginx {
    /// Serves the sites of the host in a folder.
    pub fn start(folder: &Path) -> Self {
        let own = folder.display();
        let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary = kinds.map(|kind| format!("    {kind}_temp_path {own}/{kind};\n")).concat();
        let conf = format!(
            "daemon off;\nuser root;\nworker_processes 1;\npid {own}/nginx.pid;\nerror_log {own}/error.log;\nevents {{}}\n\
             http {{\n    default_type text/html;\n{temporary}    include {own}/host/vhosts/*.conf;\n}}\n"
        );
        let path = folder.join("nginx.conf");
        std::fs::write(&path, conf).unwrap();
        let arguments: Vec<String> =
            ["-e", &format!("{own}/error.log"), "-c", path.to_str().unwrap()].map(String::from).to_vec();
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run("nginx", &[&["-t"], &words[..]].concat());
        let child = std::process::Command::new("nginx").args(&arguments).stderr(std::process::Stdio::null()).spawn();
        Self { child: child.unwrap(), arguments }
    }

    /// Reads the configuration again.
    pub fn reload(&self) {
        let words: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        run("nginx", &[&["-s", "reload"], &words[..]].concat());
    }

    /// Asks until the answer has that status: starting and reloading take a moment.
    pub fn get(&self, port: u16, host: &str, status: &str) -> String {
        use std::io::{Read, Write};
        let mut answer = Vec::new();
        for _ in 0..100 {
            answer.clear();
            if let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) {
                stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
                write!(stream, "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
                drop(stream.read_to_end(&mut answer));
                let text = String::from_utf8_lossy(&answer);
                if text.starts_with(&format!("HTTP/1.1 {status}")) {
                    return text.into_owned();
                }
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("no {status}, but: {}", String::from_utf8_lossy(&answer));
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // QUIT lets the workers go too; KILL would leave them behind
        drop(std::process::Command::new("kill").args(["-QUIT", &self.child.id().to_string()]).status());
        drop(self.child.wait());
    }
}
