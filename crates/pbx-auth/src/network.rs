use ipnet::IpNet;
use pbx_kernel::Source;
use serde::{Deserialize, Serialize};

/// A list of networks, for example `["127.0.0.0/16", "::1/128"]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// The most networks a list may have: more than any real list, few enough to look through for every connection.
    pub const LEN_MAX: usize = 64;

    /// Parses one network per line or comma; a bare address is a network of one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split([',', '\n']).map(str::trim).filter(|it| !it.is_empty());
        let networks = parts.map(parse_network).collect::<Result<Vec<_>, _>>()?;
        if networks.len() > Self::LEN_MAX {
            return Err(format!("at most {} networks can be listed", Self::LEN_MAX));
        }
        Ok(Self(networks))
    }

    /// Whether `source` is in one of them.
    pub fn include(&self, source: Source) -> bool {
        self.0.iter().any(|network| network.contains(&source.address()))
    }

    /// Whether none is listed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The networks as text, one per line.
    pub fn to_text(&self) -> String {
        self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }
}

fn parse_network(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
        .map_err(|_| format!("\"{text}\" is neither an address nor a network such as 192.0.2.0/24"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new(text.parse().expect("an address"))
    }

    #[test]
    fn a_network_ends_where_its_mask_says() {
        let networks = Networks::parse("127.0.0.0/16, ::1").expect("valid");
        for inside in ["127.0.0.1", "127.0.255.255", "::1", "::ffff:127.0.0.1"] {
            assert!(networks.include(source(inside)), "{inside}");
        }
        for outside in ["127.1.0.0", "126.255.255.255", "::2"] {
            assert!(!networks.include(source(outside)), "{outside}");
        }
    }

    #[test]
    fn nonsense_is_named() {
        assert!(Networks::parse("10.0.0.0/33").expect_err("no such mask").contains("10.0.0.0/33"));
        assert!(Networks::parse(&"10.0.0.1,".repeat(65)).is_err());
    }
}
