//! Pure: from an account and the settings to the text of its vhost and its zone.

use super::Settings;
use crate::error::{ConnectorError, Result};
use crate::panel::{Account, DomainName, State};
use chrono::{Datelike, NaiveDate};
use std::net::IpAddr;
use std::path::Path;

/// A name server of the zones. The addresses are needed only where its own domain is hosted here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Nameserver {
    /// Its name.
    pub name: DomainName,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
}

/// Refuses settings that could not be rendered.
pub(super) fn check(settings: &Settings) -> Result<()> {
    let plain = |path: &Path| {
        let letters = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-".contains(byte);
        path.is_absolute() && path.as_os_str().as_encoded_bytes().iter().all(letters)
    };
    let refuse = |code, message| Err(ConnectorError::invalid(code, message));
    if !plain(&settings.root) || !settings.php_socket.as_deref().is_none_or(plain) {
        return refuse("path", "absolute paths of letters, digits, and / . _ - only");
    }
    if settings.listen.is_empty() || settings.addresses.is_empty() || settings.nameservers.is_empty() {
        return refuse("settings", "an address to listen on, a public address and a name server are needed");
    }
    // www is an alias in every zone, so it cannot have an address as well
    if settings.nameservers.iter().any(|server| server.name.as_str().starts_with("www.")) {
        return refuse("nameserver", "a name server cannot be called www");
    }
    if mailbox_name(&settings.hostmaster).is_none() {
        return refuse("hostmaster", "expected an address such as hostmaster@example.com");
    }
    Ok(())
}

/// The nginx server of an account.
pub(super) fn vhost(settings: &Settings, account: &Account, webspace: &Path, pages: &Path) -> String {
    let domain = &account.domain;
    let listen: String = settings.listen.iter().map(|address| format!("    listen {address};\n")).collect();
    let body = match account.state {
        State::Suspended | State::Removed => suspended(pages),
        State::Active => active(settings, account, webspace),
    };
    let logs = webspace.join("logs");
    format!(
        "# {domain}: written by Comptoir, changes by hand are lost\n\
         server {{\n{listen}    server_name {domain} www.{domain};\n\
         \x20   access_log {logs}/access.log;\n    error_log {logs}/error.log;\n{body}}}\n",
        logs = logs.display(),
    )
}

fn suspended(pages: &Path) -> String {
    format!(
        r"    root {};
    error_page 503 /suspended.html;
    location / {{ return 503; }}
    location = /suspended.html {{
        internal;
        add_header Retry-After 86400 always;
        add_header Cache-Control no-store always;
    }}
",
        pages.display()
    )
}

fn active(settings: &Settings, account: &Account, webspace: &Path) -> String {
    // without PHP its sources are not shown either
    let php = match settings.php_socket.as_deref().filter(|_| account.script_php) {
        None => "        return 403;\n".into(),
        Some(socket) => format!(
            r"        try_files $uri =404;
        fastcgi_pass unix:{};
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_param SCRIPT_NAME $fastcgi_script_name;
        fastcgi_param DOCUMENT_ROOT $document_root;
        fastcgi_param QUERY_STRING $query_string;
        fastcgi_param REQUEST_METHOD $request_method;
        fastcgi_param REQUEST_URI $request_uri;
        fastcgi_param CONTENT_TYPE $content_type;
        fastcgi_param CONTENT_LENGTH $content_length;
        fastcgi_param SERVER_PROTOCOL $server_protocol;
        fastcgi_param SERVER_NAME $server_name;
        fastcgi_param REMOTE_ADDR $remote_addr;
",
            socket.display()
        ),
    };
    let index = if account.script_php { "index.php index.html" } else { "index.html" };
    format!(
        r"    root {webspace}/httpdocs;
    index {index};
    disable_symlinks if_not_owner from=$document_root;
    error_page 403 /error_docs/403.html;
    error_page 404 /error_docs/404.html;
    error_page 500 502 503 504 /error_docs/500.html;
    location ^~ /error_docs/ {{ internal; root {webspace}; }}
    location ^~ /.well-known/ {{ }}
    location ~ /\. {{ return 404; }}
    location ~ \.php$ {{
{php}    }}
",
        webspace = webspace.display(),
    )
}

/// The DNS zone of a domain (RFC 1035): our name servers, this machine for the site and the mail, `www` as an alias.
pub(super) fn zone(settings: &Settings, domain: &DomainName, serial: u32) -> String {
    let contact = mailbox_name(&settings.hostmaster).unwrap_or_default();
    let primary = settings.nameservers.iter().map(|server| server.name.as_str()).next().unwrap_or_default();
    let mut text = format!(
        "; {domain}: written by Comptoir, changes by hand are lost\n$ORIGIN {domain}.\n$TTL 3600\n\
         @ IN SOA {primary}. {contact}. (\n    {serial} ; serial\n    7200 ; refresh\n    3600 ; retry\n    \
         1209600 ; expire\n    3600 ) ; no such name\n"
    );
    for server in &settings.nameservers {
        text.push_str(&format!("@ IN NS {}.\n", server.name));
    }
    let inside =
        |name: &DomainName| name.as_str().strip_suffix(domain.as_str()).is_some_and(|host| host.ends_with('.'));
    for server in settings.nameservers.iter().filter(|server| inside(&server.name)) {
        server.addresses.iter().for_each(|address| text.push_str(&host(&format!("{}.", server.name), *address)));
    }
    for name in ["@", "mail"] {
        settings.addresses.iter().for_each(|address| text.push_str(&host(name, *address)));
    }
    text.push_str("@ IN MX 10 mail\nwww IN CNAME @\n");
    text
}

fn host(name: &str, address: IpAddr) -> String {
    let kind = if address.is_ipv4() { "A" } else { "AAAA" };
    format!("{name} IN {kind} {address}\n")
}

/// A mail address in the form of zones: the first part's dots are escaped, `@` becomes a dot (RFC 1035, 8).
fn mailbox_name(address: &str) -> Option<String> {
    let (local, domain) = address.split_once('@')?;
    let domain: DomainName = domain.parse().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte);
    let good = (1..=63).contains(&local.len()) && local.bytes().all(plain);
    good.then(|| format!("{}.{domain}", local.replace('.', "\\.")))
}

/// The serial in the text of a zone.
pub(super) fn serial_of(zone: &str) -> Option<u32> {
    zone.lines().find_map(|line| line.trim().strip_suffix(" ; serial")).and_then(|serial| serial.parse().ok())
}

/// The serial after `old`: the day as YYYYMMDD00 where that is more, else one more (RFC 1912, 2.2).
pub(super) fn next_serial(old: Option<u32>, today: NaiveDate) -> u32 {
    let year = u32::try_from(today.year()).unwrap_or_default();
    let day = year.saturating_mul(10_000) + today.month() * 100 + today.day();
    day.saturating_mul(100).max(old.map_or(0, |old| old.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_follow_the_day_and_never_go_back() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(next_serial(None, day("2028-02-29")), 2_028_022_900);
        assert_eq!(next_serial(Some(2_028_022_900), day("2028-02-29")), 2_028_022_901);
        assert_eq!(next_serial(Some(2_028_022_999), day("2028-02-29")), 2_028_023_000);
        assert_eq!(next_serial(Some(2_028_023_000), day("2028-02-28")), 2_028_023_001);
        assert_eq!(next_serial(Some(2_028_022_950), day("2028-03-01")), 2_028_030_100);
        assert_eq!(serial_of("@ IN SOA a. b. (\n    2028022900 ; serial\n    7200 ; refresh\n"), Some(2_028_022_900));
        assert_eq!(serial_of("something else"), None);
    }

    #[test]
    fn mail_addresses_become_names() {
        assert_eq!(mailbox_name("anna.b@example.com").as_deref(), Some("anna\\.b.example.com"));
        for bad in ["anna", "@example.com", "a b@example.com", "a\n@example.com", "a@", "a@example.com.", "a;@b.com"] {
            assert_eq!(mailbox_name(bad), None, "{bad:?}");
        }
    }
}
