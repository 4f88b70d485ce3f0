//! Which managed policies are there before anybody makes one? AWS's best-known names, and three of ours.
//!
//! Names, paths, first dates and what is allowed follow the "AWS Managed Policy Reference Guide"; lists are cut to the services
//! that sotto has. Ours stand under `/sotto/`: a viewer reads masked text, an auditor reads configuration and trail and no contents,
//! a responder sees originals and contains, both with MFA only. Each document is a file under `managed/`.

use crate::Text;

/// A built-in managed policy.
#[derive(Debug)]
pub struct AwsPolicy {
    /// `ANPA…`.
    pub id: &'static str,
    /// The path.
    pub path: &'static str,
    /// The name.
    pub name: &'static str,
    /// The number of the version in force.
    pub version: u32,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// The document.
    pub document: &'static str,
}

impl AwsPolicy {
    /// `arn:aws:iam::aws:policy…`.
    pub fn arn(&self) -> Text {
        Text::own(format!("arn:aws:iam::aws:policy{}{}", self.path, self.name))
    }
}

const fn aws(
    id: &'static str,
    path: &'static str,
    name: &'static str,
    version: u32,
    created: u64,
    document: &'static str,
) -> AwsPolicy {
    AwsPolicy { id, path, name, version, created, document }
}

/// All of them, in the order of their names.
pub const ALL: &[AwsPolicy] = &[
    aws(
        "ANPAMXA4MMVT5TMHKQQ5K",
        "/",
        "AWSCloudTrail_FullAccess",
        1,
        1612819116,
        include_str!("../managed/AWSCloudTrail_FullAccess.json"),
    ),
    aws(
        "ANPABL5NYDYRIJIN5QMBK",
        "/",
        "AWSCloudTrail_ReadOnlyAccess",
        1,
        1655227165,
        include_str!("../managed/AWSCloudTrail_ReadOnlyAccess.json"),
    ),
    aws(
        "ANPA2DKAH52SD3DWW4KUO",
        "/",
        "AWSKeyManagementServicePowerUser",
        2,
        1423248040,
        include_str!("../managed/AWSKeyManagementServicePowerUser.json"),
    ),
    aws(
        "ANPAYP2LTYSLIMUXV3JL4",
        "/service-role/",
        "AWSLambdaBasicExecutionRole",
        1,
        1428591823,
        include_str!("../managed/AWSLambdaBasicExecutionRole.json"),
    ),
    aws(
        "ANPAXLVPVJO7MLIJ5I57F",
        "/",
        "AWSLambda_FullAccess",
        1,
        1605647647,
        include_str!("../managed/AWSLambda_FullAccess.json"),
    ),
    aws(
        "ANPA26QGRGXF4GMNY3HSN",
        "/",
        "AWSOrganizationsFullAccess",
        1,
        1541536317,
        include_str!("../managed/AWSOrganizationsFullAccess.json"),
    ),
    aws(
        "ANPAVEJZA7WRPOL2YCCSL",
        "/",
        "AWSOrganizationsReadOnlyAccess",
        1,
        1541536358,
        include_str!("../managed/AWSOrganizationsReadOnlyAccess.json"),
    ),
    aws(
        "ANPAIWMBCKSKIEE64ZLYK",
        "/",
        "AdministratorAccess",
        1,
        1423247986,
        include_str!("../managed/AdministratorAccess.json"),
    ),
    aws(
        "ANPA36KSSHRA5LO2AL6XK",
        "/",
        "AmazonLexFullAccess",
        1,
        1491952836,
        include_str!("../managed/AmazonLexFullAccess.json"),
    ),
    aws(
        "ANPAN42ZESQ5EWVWBOMJR",
        "/",
        "AmazonLexReadOnly",
        1,
        1491952413,
        include_str!("../managed/AmazonLexReadOnly.json"),
    ),
    aws(
        "ANPAQDKMP6UJGRAJJHRVE",
        "/",
        "AmazonLexRunBotsOnly",
        2,
        1491951984,
        include_str!("../managed/AmazonLexRunBotsOnly.json"),
    ),
    aws(
        "ANPAHRAESTOB3UV4K6GVD",
        "/",
        "AmazonS3FullAccess",
        2,
        1423248058,
        include_str!("../managed/AmazonS3FullAccess.json"),
    ),
    aws(
        "ANPAGBAX4M3WM6HIOXEXG",
        "/",
        "AmazonS3ReadOnlyAccess",
        3,
        1423248059,
        include_str!("../managed/AmazonS3ReadOnlyAccess.json"),
    ),
    aws(
        "ANPAOMT7O4WKBQ4EWINDS",
        "/",
        "CloudWatchLogsFullAccess",
        2,
        1423248002,
        include_str!("../managed/CloudWatchLogsFullAccess.json"),
    ),
    aws(
        "ANPARVLF5CR675DKMGI2P",
        "/",
        "CloudWatchLogsReadOnlyAccess",
        6,
        1423248003,
        include_str!("../managed/CloudWatchLogsReadOnlyAccess.json"),
    ),
    aws(
        "ANPA3TZ3DLWNZDHCZMM2K",
        "/",
        "IAMFullAccess",
        2,
        1423248038,
        include_str!("../managed/IAMFullAccess.json"),
    ),
    aws(
        "ANPA55TE5VKFVFTCA6ZIB",
        "/",
        "IAMReadOnlyAccess",
        4,
        1423248039,
        include_str!("../managed/IAMReadOnlyAccess.json"),
    ),
    aws(
        "ANPA63LGNBVB2PZU4DPJP",
        "/",
        "IAMUserChangePassword",
        2,
        1479169516,
        include_str!("../managed/IAMUserChangePassword.json"),
    ),
    aws(
        "ANPAZNP53ADJXH7OKZS6Z",
        "/",
        "PowerUserAccess",
        5,
        1423247987,
        include_str!("../managed/PowerUserAccess.json"),
    ),
    aws(
        "ANPAABUSUK5VKKXYBNMFJ",
        "/",
        "ReadOnlyAccess",
        1,
        1423247988,
        include_str!("../managed/ReadOnlyAccess.json"),
    ),
    aws(
        "ANPA2TTPRVS7W5EVZS532",
        "/",
        "SecurityAudit",
        1,
        1423248061,
        include_str!("../managed/SecurityAudit.json"),
    ),
    aws(
        "ANPAVHPYKE62QUZSCFARV",
        "/sotto/",
        "SottoAuditor",
        1,
        1795219200,
        include_str!("../managed/SottoAuditor.json"),
    ),
    aws(
        "ANPAS3H2BZ6ANNC7HAPWN",
        "/sotto/",
        "SottoResponder",
        1,
        1795219200,
        include_str!("../managed/SottoResponder.json"),
    ),
    aws(
        "ANPAIW64XBJHKCXD443DQ",
        "/sotto/",
        "SottoViewer",
        1,
        1795219200,
        include_str!("../managed/SottoViewer.json"),
    ),
    aws(
        "ANPAUJKPPFDX2CYB3TXNN",
        "/job-function/",
        "ViewOnlyAccess",
        1,
        1478798415,
        include_str!("../managed/ViewOnlyAccess.json"),
    ),
];

/// The one with this ARN.
pub fn find(arn: &str) -> Option<&'static AwsPolicy> {
    let rest = arn.strip_prefix("arn:aws:iam::aws:policy")?;
    ALL.iter().find(|policy| rest.strip_prefix(policy.path) == Some(policy.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_a_policy_and_is_found_by_its_arn() {
        for policy in ALL {
            let document = Text::from(policy.document);
            crate::documents::check(&document, crate::documents::Slot::Managed).unwrap();
            assert_eq!(find(policy.arn().as_str()).map(|found| found.name), Some(policy.name));
            assert_eq!(policy.id.len(), 21, "{}", policy.name);
        }
        assert!(find("arn:aws:iam::aws:policy/service-role/AdministratorAccess").is_none());
    }
}
