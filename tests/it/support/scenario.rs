//! Scenario files, written by tests.

use std::fmt;
use std::fmt::Write;

/// The text of a scenario with one site, named after its `product`, as the laboratory has it.
pub fn scenario(product: &str) -> String {
    Scenario::of(&[product]).to_string()
}

/// A scenario file in the making. Free ports, cheap hashing and a fixed seed, unless a test says otherwise.
#[derive(Debug, Clone)]
pub struct Scenario {
    products: Vec<String>,
    profile: String,
    hashing: String,
    clock: Option<String>,
    accounts: Vec<(String, String)>,
}

impl Scenario {
    /// One site for each of `products`, named after it.
    pub fn of(products: &[&str]) -> Self {
        Self {
            products: products.iter().map(|&product| product.to_owned()).collect(),
            profile: "lab".to_owned(),
            hashing: "low".to_owned(),
            clock: None,
            accounts: Vec::new(),
        }
    }

    /// One site for each of the five products.
    pub fn five() -> Self {
        Self::of(&["mx-one", "office-400", "micloud-portal", "app-suite", "oig"])
    }

    /// With the sites in `profile`: `lab` (the default), `as-shipped` or `hardened`.
    #[must_use]
    pub fn profile(mut self, profile: &str) -> Self {
        profile.clone_into(&mut self.profile);
        self
    }

    /// With passwords hashed at the cost that a production site has, not at the low one of tests.
    #[must_use]
    pub fn recommended_hashing(mut self) -> Self {
        "recommended".clone_into(&mut self.hashing);
        self
    }

    /// With the clock standing still at `start` (RFC 3339), until the director moves it.
    #[must_use]
    pub fn frozen_at(mut self, start: &str) -> Self {
        self.clock = Some(start.to_owned());
        self
    }

    /// With one more account at the site of `product`: the lines of a `[[sites.accounts]]` table.
    #[must_use]
    pub fn account(mut self, product: &str, lines: &str) -> Self {
        self.accounts.push((product.to_owned(), lines.to_owned()));
        self
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed = 7\nhashing = \"{}\"\n\n[director]\nport = 0\n", self.hashing)?;
        if let Some(start) = &self.clock {
            write!(f, "\n[clock]\nstart = \"{start}\"\nfrozen = true\n")?;
        }
        for product in &self.products {
            write!(f, "\n[[sites]]\nid = \"{product}\"\nproduct = \"{product}\"\n")?;
            write!(f, "profile = \"{}\"\nports = 0\n", self.profile)?;
            for (_, lines) in self.accounts.iter().filter(|(site, _)| site == product) {
                f.write_str("\n[[sites.accounts]]\n")?;
                f.write_str(lines.trim_end())?;
                f.write_char('\n')?;
            }
        }
        Ok(())
    }
}
