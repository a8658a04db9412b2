use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// How bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// HTTP without TLS, only where a product ships so.
    Http,
    /// HTTP over TLS.
    Https,
    /// SSH version 2.
    Ssh,
}

/// Where a caller meets a site, as policies and records name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surface {
    /// The vendor's programming interface.
    Api,
    /// The self-service pages of end users.
    SelfService,
    /// The command line or text console over SSH.
    Ssh,
    /// The administration pages.
    Web,
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Api => "api",
            Self::SelfService => "self-service",
            Self::Ssh => "ssh",
            Self::Web => "web",
        })
    }
}

/// Where a connection comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Source(IpAddr);

impl Source {
    /// The address, with an IPv4 address in IPv6 clothing undressed, so that one caller has one name.
    pub fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// The address.
    pub fn address(self) -> IpAddr {
        self.0
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
