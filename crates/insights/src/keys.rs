//! Which key opens the masked columns of which segment? The one that the request brought for its path.
//!
//! Parquet modular encryption, footer included (Apache Parquet format, "Encryption"). These keys open stored text; there
//! is none here that would open an original.

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::config::EncryptionFactoryOptions;
use datafusion::execution::parquet_encryption::EncryptionFactory;
use datafusion::object_store::path::Path;
use datafusion::parquet::encryption::decrypt::FileDecryptionProperties;
use datafusion::parquet::encryption::encrypt::FileEncryptionProperties;
use sotto_query::engine::ColumnKey;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Keys by the path of their segment.
#[derive(Default)]
pub(crate) struct SegmentKeys {
    keys: HashMap<String, ColumnKey>,
}

impl SegmentKeys {
    /// Keys for these segments.
    pub(crate) fn new(keys: impl IntoIterator<Item = (String, ColumnKey)>) -> Self {
        Self { keys: keys.into_iter().map(|(path, key)| (trimmed(&path).to_owned(), key)).collect() }
    }

    /// What the reader of a segment needs, when it is encrypted.
    pub(crate) fn properties(&self, path: &str) -> Result<Option<Arc<FileDecryptionProperties>>> {
        let key = self.keys.get(trimmed(path));
        let properties = key.map(|key| {
            let opened = FileDecryptionProperties::builder(key.bytes().to_vec());
            opened.with_aad_prefix(key.place().to_vec()).build()
        });
        Ok(properties.transpose()?)
    }
}

/// Object stores leave out the first slash.
fn trimmed(path: &str) -> &str {
    path.trim_start_matches('/')
}

impl fmt::Debug for SegmentKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SegmentKeys({})", self.keys.len())
    }
}

#[async_trait::async_trait]
impl EncryptionFactory for SegmentKeys {
    async fn get_file_encryption_properties(
        &self,
        _config: &EncryptionFactoryOptions,
        _schema: &SchemaRef,
        _file_path: &Path,
    ) -> Result<Option<Arc<FileEncryptionProperties>>> {
        Ok(None)
    }

    async fn get_file_decryption_properties(
        &self,
        _config: &EncryptionFactoryOptions,
        file_path: &Path,
    ) -> Result<Option<Arc<FileDecryptionProperties>>> {
        self.properties(file_path.as_ref())
    }
}
