//! The five products as programs and people meet them: where their faces are, and how they word an answer.

use serde_json::{Value, json};
use support::{Curl, Response, Site, curl};

/// One product's programming interface and pages.
#[derive(Debug)]
pub(crate) struct Face {
    pub(crate) product: &'static str,
    /// The route that logs in, and its members for name and password.
    pub(crate) login: (&'static str, &'static str, &'static str),
    /// The status of a refused login by that route.
    pub(crate) rejected: u16,
    /// The route that logs out.
    pub(crate) logout: (&'static str, &'static str),
    /// Where the token stands in the answer (RFC 6901).
    token: &'static str,
    /// What every other answer is wrapped in.
    wrapper: &'static str,
    /// The collections of accounts, roles, settings and logs; the route of one's own password.
    pub(crate) accounts: &'static str,
    pub(crate) roles: &'static str,
    pub(crate) settings: &'static str,
    pub(crate) logs: &'static str,
    pub(crate) own_password: &'static str,
    /// The administrator of the laboratory's sites.
    pub(crate) administrator: &'static str,
    /// The login page, and its fields for name and password.
    pub(crate) login_page: (&'static str, &'static str, &'static str),
    /// The pages of accounts and of one's own account.
    pub(crate) accounts_page: &'static str,
    pub(crate) own_page: &'static str,
}

pub(crate) const MX_ONE: Face = Face {
    product: "mx-one",
    login: ("/auth/login", "username", "password"),
    rejected: 400,
    logout: ("POST", "/auth/logout"),
    token: "/token",
    wrapper: "",
    accounts: "/pm-api/v1/users",
    roles: "/pm-api/v1/security-profiles",
    settings: "/pm-api/v1/options",
    logs: "/pm-api/v1/logs",
    own_password: "/pm-api/v1/own/password",
    administrator: "System Setup Admin",
    login_page: ("/login", "userId", "password"),
    accounts_page: "/users/user",
    own_page: "/own/general",
};

pub(crate) const OFFICE_400: Face = Face {
    product: "office-400",
    login: ("/api/session", "username", "password"),
    rejected: 401,
    logout: ("DELETE", "/api/session"),
    token: "/token",
    wrapper: "",
    accounts: "/api/accounts",
    roles: "/api/profiles",
    settings: "/api/settings",
    logs: "/api/logs",
    own_password: "/api/own/password",
    administrator: "admin2",
    login_page: ("/login", "username", "password"),
    accounts_page: "/access-control/accounts",
    own_page: "/own",
};

pub(crate) const PORTAL: Face = Face {
    product: "micloud-portal",
    login: ("/api/sign-in", "userName", "password"),
    rejected: 401,
    logout: ("POST", "/api/sign-out"),
    token: "/data/token",
    wrapper: "/data",
    accounts: "/api/system-users",
    roles: "/api/profiles",
    settings: "/api/settings",
    logs: "/api/logs",
    own_password: "/api/my-account/password",
    administrator: "root",
    login_page: ("/sign-in", "username", "password"),
    accounts_page: "/administration/system-users",
    own_page: "/my-account",
};

pub(crate) const APP_SUITE: Face = Face {
    product: "app-suite",
    login: ("/api/token", "username", "password"),
    rejected: 401,
    logout: ("DELETE", "/api/token"),
    token: "/AccessToken",
    wrapper: "/Result",
    accounts: "/api/users",
    roles: "/api/roles",
    settings: "/api/settings",
    logs: "/api/logs",
    own_password: "/api/me/password",
    administrator: "engineer",
    login_page: ("/login", "username", "password"),
    accounts_page: "/configuration/users",
    own_page: "/my-account",
};

pub(crate) const OIG: Face = Face {
    product: "oig",
    login: ("/api/login", "username", "password"),
    rejected: 401,
    logout: ("POST", "/api/logout"),
    token: "/token",
    wrapper: "",
    accounts: "/api/system-users",
    roles: "/api/access-rights",
    settings: "/api/settings",
    logs: "/api/logs",
    own_password: "/api/own/password",
    administrator: "admin",
    login_page: ("/server-common/cgi-bin/login", "username", "password"),
    accounts_page: "/server-manager/system-users",
    own_page: "/server-manager/own",
};

pub(crate) const FACES: [&Face; 5] = [&MX_ONE, &OFFICE_400, &PORTAL, &APP_SUITE, &OIG];

impl Face {
    /// What the route that logs in answers to `visitor`.
    #[track_caller]
    pub(crate) fn try_route(&self, visitor: &Curl, account: &str, password: &str) -> Response {
        let (path, name, secret) = self.login;
        visitor.post_json(path, &json!({ name: account, secret: password }))
    }

    /// What the login page answers to `visitor`, in its form number `form`.
    #[track_caller]
    pub(crate) fn try_page(&self, visitor: &Curl, form: usize, account: &str, password: &str) -> Response {
        let (path, name, secret) = self.login_page;
        visitor.post_form(&format!("{path}?form={form}"), &[(name, account), (secret, password)])
    }

    /// Whether the login page lets `visitor` in, in its form number `form`; whoever gets in leaves again.
    #[track_caller]
    pub(crate) fn opens_page(&self, visitor: &Curl, form: usize, account: &str, password: &str) -> bool {
        let answer = self.try_page(visitor, form, account, password);
        if answer.status != 303 {
            return false;
        }
        let mut page = visitor.get(answer.location());
        if page.status == 303 {
            // To where a password must be changed.
            page = visitor.get(page.location());
        }
        let csrf = page.hidden("csrf").expect("a form that logs out");
        assert_eq!(visitor.post_form("/logout", &[("csrf", csrf.as_str())]).status, 303);
        true
    }

    /// A program that is logged in to `site`.
    #[track_caller]
    pub(crate) fn program(&'static self, site: &Site, account: &str, password: &str) -> Program {
        self.program_of(curl(site), account, password)
    }

    /// The same, over the connections of `visitor`.
    #[track_caller]
    pub(crate) fn program_of(&'static self, visitor: Curl, account: &str, password: &str) -> Program {
        let response = self.try_route(&visitor, account, password);
        assert_eq!(response.status, 200, "{account} is not let in: {}", response.body);
        self.admitted(visitor, &response)
    }

    /// The program that `response` to a login by the route let in.
    #[track_caller]
    pub(crate) fn admitted(&'static self, visitor: Curl, response: &Response) -> Program {
        let token = response.json().pointer(self.token).and_then(Value::as_str).expect("a token").to_owned();
        Program { face: self, curl: visitor.header("Authorization", &format!("Bearer {token}")) }
    }

    /// The administrator of a laboratory's `site`, as a program.
    #[track_caller]
    pub(crate) fn administrator(&'static self, site: &Site) -> Program {
        self.program(site, self.administrator, site.password(self.administrator))
    }

    /// A person who is logged in to the web pages of `site`.
    #[track_caller]
    pub(crate) fn person(&self, site: &Site, account: &str, password: &str) -> Curl {
        let visitor = curl(site);
        let response = self.try_page(&visitor, 0, account, password);
        assert_eq!(response.status, 303, "{account} is not let in: {}", response.body);
        visitor
    }
}

/// A program that is logged in to a product's programming interface.
#[derive(Debug)]
pub(crate) struct Program {
    face: &'static Face,
    pub(crate) curl: Curl,
}

impl Program {
    /// What `method` on `path` answers.
    #[track_caller]
    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> Response {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.curl.request(method, path, &["--header", "Content-Type: application/json"], &body)
    }

    /// What `method` on `path` does; anything but 200 fails the test.
    #[track_caller]
    pub(crate) fn run(&self, method: &str, path: &str, body: &Value) -> Value {
        let response = self.ask(method, path, body);
        assert_eq!(response.status, 200, "{method} {path}: {}", response.body);
        response.json().pointer(self.face.wrapper).expect("the product's wrapper").clone()
    }

    /// What `method` on `path` is refused with; the status must be `status`.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, method: &str, path: &str, body: &Value) -> String {
        let response = self.ask(method, path, body);
        assert_eq!(response.status, status, "{method} {path}: {}", response.body);
        response.body
    }

    /// What stands at `path`.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> Value {
        self.run("GET", path, &Value::Null)
    }

    /// The newest entries of the log called `id`.
    #[track_caller]
    pub(crate) fn log(&self, id: &str) -> Vec<Value> {
        self.read(&format!("{}/{id}", self.face.logs))["log"].as_array().expect("entries").clone()
    }

    /// Gives the token back.
    #[track_caller]
    pub(crate) fn log_out(&self) {
        let (method, path) = self.face.logout;
        assert_eq!(self.curl.request(method, path, &[], "").status, 204);
    }

    /// The account called `name`, with its state.
    #[track_caller]
    pub(crate) fn account(&self, name: &str) -> Value {
        self.read(&format!("{}/{}", self.face.accounts, name.replace(' ', "%20")))
    }
}

/// Whether some of `entries` (of a log, or of the flight recorder) has all the `wanted` members, as text; the
/// member `x.y` is that of an object.
pub(crate) fn has(entries: &[Value], wanted: &[(&str, &str)]) -> bool {
    let text = |entry: &Value, name: &str| {
        let pointer = format!("/{}", name.replace('.', "/"));
        entry.pointer(&pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    entries.iter().any(|entry| wanted.iter().all(|(name, value)| text(entry, name) == *value))
}

/// Fails unless [`has`] finds one.
#[track_caller]
pub(crate) fn check_has(entries: &[Value], wanted: &[(&str, &str)]) {
    let shown: Vec<_> = entries.iter().map(Value::to_string).collect();
    assert!(has(entries, wanted), "none is {wanted:?} among:\n{}", shown.join("\n"));
}
