//! Stock `curl`, as a browser without a screen: it keeps its cookies between requests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tempfile::TempDir;

use crate::endpoints::{Kind, Site};
use crate::process::{Output, run};

/// A `curl` that talks HTTPS to `site`, trusting only the laboratory's own certificate.
#[track_caller]
pub fn curl(site: &Site) -> Curl {
    Curl::to(site, Kind::Https)
}

/// One visitor: an address, a cookie jar and the switches of every request.
///
/// It makes one request at a time: give each thread a visitor of its own.
#[derive(Debug)]
pub struct Curl {
    base: String,
    folder: TempDir,
    options: Vec<String>,
}

impl Curl {
    /// A visitor of the listener of `kind` at `site`.
    #[track_caller]
    pub fn to(site: &Site, kind: Kind) -> Self {
        let url = site.listener(kind).url.as_deref();
        Self::at(url.unwrap_or_else(|| panic!("{} gives no address for {kind:?}", site.id)), &site.ca_file)
    }

    /// A visitor of `base`, whose certificate `ca_file` vouches for.
    pub fn at(base: &str, ca_file: &Path) -> Self {
        let folder = tempfile::Builder::new().prefix("understudy-curl-").tempdir().expect("a folder");
        let base = base.trim_end_matches('/').to_owned();
        let ca_file = ca_file.to_string_lossy().into_owned();
        // `--disable` must come first: a person's own ~/.curlrc has no say here.
        let options = ["--disable", "--silent", "--show-error", "--path-as-is", "--cacert", &ca_file];
        let options = options.iter().map(|&option| option.to_owned()).collect();
        Self { base, folder, options }.option(&["--max-time", "60"])
    }

    /// With more command-line switches, for what has no method here.
    #[must_use]
    pub fn option(mut self, options: &[&str]) -> Self {
        self.options.extend(options.iter().map(|&option| option.to_owned()));
        self
    }

    /// With a header on every request.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.option(&["--header", &format!("{name}: {value}")])
    }

    /// With `address` (of this machine, such as `127.1.0.1`) as the source of its connections.
    #[must_use]
    pub fn from(self, address: &str) -> Self {
        self.option(&["--interface", address])
    }

    /// With HTTP/1.1 only.
    #[must_use]
    pub fn http1(self) -> Self {
        self.option(&["--http1.1"])
    }

    /// With HTTP/2, which the listener must agree to.
    #[must_use]
    pub fn http2(self) -> Self {
        self.option(&["--http2"])
    }

    /// With no TLS version above `version` (`1.0` to `1.3`).
    #[must_use]
    pub fn tls_max(self, version: &str) -> Self {
        // OpenSSL's own floor is 1.2 at its default security level: lowered, so that it is the listener that
        // refuses an old version, not this client.
        self.option(&["--tls-max", version, "--tlsv1.0", "--ciphers", "DEFAULT:@SECLEVEL=0"])
    }

    /// The address of `path`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A GET of `path`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Response {
        self.request("GET", path, &[], "")
    }

    /// A POST of form `fields` to `path`, as a browser sends a form of the same site.
    #[track_caller]
    pub fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let origin = format!("Origin: {}", self.base);
        let options = ["--header", "Content-Type: application/x-www-form-urlencoded", "--header", &origin];
        self.request("POST", path, &options, &encode(fields))
    }

    /// A POST of JSON to `path`.
    #[track_caller]
    pub fn post_json(&self, path: &str, body: &Value) -> Response {
        self.request("POST", path, &["--header", "Content-Type: application/json"], &body.to_string())
    }

    /// Opens the page at `path` and sends its form with `fields` filled in, and with the hidden fields as
    /// they stand in the page (the CSRF token among them).
    ///
    /// Where the page has several forms, the one that holds a field of the first name is meant.
    #[track_caller]
    pub fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let page = self.get(path);
        assert_eq!(page.status, 200, "{path} has no form to send:\n{}", page.body);
        let name = fields.first().map_or("", |(name, _)| name);
        let form = page.form(name).unwrap_or_else(|| panic!("no form at {path} has {name}:\n{}", page.body));
        let hidden = form.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let hidden = hidden.filter(|(name, _)| !fields.iter().any(|(field, _)| field == name));
        let all: Vec<_> = hidden.chain(fields.iter().copied()).collect();
        self.post_form(&resolve(path, &form.action), &all)
    }

    /// Sends the form of the page at `path` that does `action`, with `fields` beside the page's own CSRF token:
    /// for forms that hold nothing but a button.
    #[track_caller]
    pub fn act(&self, path: &str, action: &str, fields: &[(&str, &str)]) -> Response {
        let page = self.get(path);
        let token = page.hidden("csrf").unwrap_or_else(|| panic!("{path} has no form:\n{}", page.body));
        let all: Vec<_> = fields.iter().copied().chain([("csrf", token.as_str())]).collect();
        self.post_form(&resolve(path, &format!("?do={action}")), &all)
    }

    /// Any request; an empty `body` is not sent. A connection that fails fails the test.
    #[track_caller]
    pub fn request(&self, method: &str, path: &str, options: &[&str], body: &str) -> Response {
        let output = self.try_request(method, path, options, body);
        output.unwrap_or_else(|output| panic!("{method} {path}: {}", output.stderr))
    }

    /// Any request; what curl said, where the connection failed.
    #[track_caller]
    pub fn try_request(
        &self,
        method: &str,
        path: &str,
        options: &[&str],
        body: &str,
    ) -> Result<Response, Output> {
        let _ = fs::remove_file(self.file("headers"));
        let mut command = Command::new("curl");
        command.args(&self.options).args(["--request", method]).args(options);
        if method == "HEAD" {
            // curl prints the headers of a HEAD as its output; they are in the other file as well.
            command.args(["--head", "--output", "/dev/null"]);
        }
        if !body.is_empty() {
            command.args(["--data-binary", "@-"]);
        }
        command.arg("--cookie-jar").arg(self.file("cookies")).arg("--cookie").arg(self.file("cookies"));
        command.arg("--dump-header").arg(self.file("headers"));
        command.args(["--write-out", "\n%{http_version} %{http_code}", "--url", &self.url(path)]);
        let output = run(&mut command, body);
        if !output.succeeded() {
            return Err(output);
        }
        let headers = fs::read(self.file("headers")).unwrap_or_default();
        Ok(Response::parse(&output.stdout, &String::from_utf8_lossy(&headers)))
    }

    /// POSTs every one of `bodies` (JSON) to `path` at the same time, each on a connection of its own; the statuses
    /// in the order in which the answers came, 0 where there was none.
    #[track_caller]
    pub fn flood(&self, path: &str, bodies: &[Value]) -> Vec<u16> {
        let connections = bodies.len().to_string();
        let (url, switches) = (self.url(path), self.config());
        let request = |body: &Value| {
            let quoted = Value::String(body.to_string());
            format!(
                "url = \"{url}\"\ndata = {quoted}\nheader = \"Content-Type: application/json\"\n\
                 output = \"/dev/null\"\nwrite-out = \"%{{http_code}}\\n\"\n{switches}"
            )
        };
        let config = bodies.iter().map(request).collect::<Vec<_>>().join("next\n");
        let mut command = Command::new("curl");
        command.args(["--disable", "--silent", "--parallel", "--parallel-immediate", "--parallel-max"]);
        let output = run(command.args([&connections, "--config", "-"]), &config);
        output.stdout.lines().map(|line| line.parse().expect("a status is a number")).collect()
    }

    /// The switches of every request, as lines of a configuration file.
    fn config(&self) -> String {
        let mut lines = String::new();
        let mut options = self.options.iter().skip(1).peekable();
        while let Some(option) = options.next() {
            let name = option.trim_start_matches('-');
            match options.next_if(|value| !value.starts_with("--")) {
                Some(value) => lines.push_str(&format!("{name} = {}\n", Value::String(value.clone()))),
                None => lines.push_str(&format!("{name}\n")),
            }
        }
        lines
    }

    /// The cookie jar, in Netscape's format.
    pub fn cookies(&self) -> String {
        fs::read_to_string(self.file("cookies")).unwrap_or_default()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// An HTTP response.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The HTTP version spoken: `1.1` or `2`.
    pub version: String,
    /// Names in lower case, with their values, in the order received.
    pub headers: Vec<(String, String)>,
    /// The body, as text.
    pub body: String,
}

impl Response {
    fn parse(stdout: &str, headers: &str) -> Self {
        let (body, summary) = stdout.rsplit_once('\n').expect("curl's --write-out ends the output");
        let (version, status) = summary.split_once(' ').expect("a version and a status");
        // With interim responses there are several blocks: the last one counts.
        let block = headers.trim_end().rsplit("\r\n\r\n").next().unwrap_or_default();
        let headers = block.lines().filter_map(|line| line.split_once(':'));
        Self {
            status: status.parse().expect("a status is a number"),
            version: version.to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
                .collect(),
            body: body.to_owned(),
        }
    }

    /// The first header called `name` (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// Where the response sends the visitor, if anywhere.
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in:\n{}", self.body))
    }

    /// The value of the first hidden field called `name`.
    pub fn hidden(&self, name: &str) -> Option<String> {
        let mut forms = self.forms();
        forms
            .find_map(|form| form.hidden.into_iter().find(|(field, _)| field == name))
            .map(|(_, value)| value)
    }

    /// The first form that has a field called `name`.
    fn form(&self, name: &str) -> Option<Form> {
        self.forms().find(|form| form.names.iter().any(|field| field == name))
    }

    fn forms(&self) -> impl Iterator<Item = Form> + '_ {
        let forms = self.body.split("<form").skip(1);
        forms.map(|rest| Form::parse(rest.split("</form").next().unwrap_or(rest)))
    }
}

/// A form of a page: as much of it as a browser sends by itself.
#[derive(Debug)]
struct Form {
    action: String,
    names: Vec<String>,
    hidden: Vec<(String, String)>,
}

impl Form {
    /// Reads Understudy's own pages, which quote every attribute; it is no HTML parser.
    fn parse(text: &str) -> Self {
        let action = text.split('>').next().and_then(|tag| attribute(tag, "action")).unwrap_or_default();
        let mut form = Self { action, names: Vec::new(), hidden: Vec::new() };
        for tag in text.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
            let Some(name) = attribute(tag, "name") else { continue };
            if attribute(tag, "type").as_deref() == Some("hidden") {
                form.hidden.push((name.clone(), attribute(tag, "value").unwrap_or_default()));
            }
            form.names.push(name);
        }
        form
    }
}

/// The value of the attribute `name` of `tag`, unescaped.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    let entities = [("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">")];
    let unescaped = entities.iter().fold(value.to_owned(), |text, (from, to)| text.replace(from, to));
    Some(unescaped.replace("&#38;", "&").replace("&amp;", "&"))
}

/// Where a form of the page at `path` is sent: its action, as far as Understudy's pages write one (RFC 3986, 5.2).
fn resolve(path: &str, action: &str) -> String {
    let page = path.split('?').next().unwrap_or(path);
    match action {
        "" => path.to_owned(),
        query if query.starts_with('?') => format!("{page}{query}"),
        path => path.to_owned(),
    }
}

fn encode(fields: &[(&str, &str)]) -> String {
    let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let pairs: Vec<_> =
        fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}
