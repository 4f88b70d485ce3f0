// Do sotto and the AWS Encryption SDK for JavaScript read each other's messages, in all eleven suites?
//
// Arguments: the program, a directory for files, the directory of installed packages.

import assert from 'node:assert'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [sottoPath, folder, packages] = process.argv.slice(2)
const sdk = createRequire(join(packages, 'node_modules/x.js'))('@aws-crypto/client-node')

// Beyond ASCII, U+FF5E sorts before U+1F600 by its UTF-8 bytes and behind it by its UTF-16 units: SDKs had to learn that.
const context = { purpose: 'test', '\uff5e': 'above', '\u{1f600}': 'beyond' }
const suites = [0x0014, 0x0046, 0x0078, 0x0114, 0x0146, 0x0178, 0x0214, 0x0346, 0x0378, 0x0478, 0x0578]
const lengths = [0, 1, 4095, 4096, 4097, 10000]

const sotto = (args, input) => execFileSync(sottoPath, args, { input, maxBuffer: 1 << 26 })

// Keyrings of this SDK want memory that nothing else shares.
const alone = (bytes) => new Uint8Array(new Uint8Array(bytes).buffer)

let count = 0

async function bothWays(suiteId, keyrings, options, plain) {
  const committing = suiteId === 0x0478 || suiteId === 0x0578
  const { CommitmentPolicy } = sdk
  const policy = committing
    ? CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
    : CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT
  const more = committing ? [] : ['--commitment-policy', 'forbid-encrypt-allow-decrypt']
  const pairs = Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  const { encrypt, decrypt } = sdk.buildClient(policy)
  const { result } = await encrypt(keyrings.encrypt, plain, { suiteId, encryptionContext: context })
  assert.deepEqual(sotto(['decrypt', ...options.decrypt, ...pairs, ...more], result), plain, `${suiteId}`)
  const number = suiteId.toString(16).padStart(4, '0')
  const ours = sotto(['encrypt', ...options.encrypt, ...pairs, ...more, '--suite', number], plain)
  const opened = await decrypt(keyrings.decrypt, ours)
  assert.deepEqual(opened.plaintext, plain, `${suiteId}`)
  for (const [key, value] of Object.entries(context)) {
    assert.equal(opened.messageHeader.encryptionContext[key], value)
  }
  count += 2
}

const secret = randomBytes(32)
const aesFile = join(folder, 'aes.key')
writeFileSync(aesFile, secret, { mode: 0o600 })
const aes = new sdk.RawAesKeyringNode({
  keyNamespace: 'tests',
  keyName: 'aes',
  unencryptedMasterKey: alone(secret),
  // Off by default, for what older versions wrote.
  utf8Sorting: true,
  wrappingSuite: sdk.RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
})
const raw = ['--raw-key', `tests/aes=${aesFile}`]
for (const suite of suites) {
  for (const length of lengths) {
    const plain = Buffer.from('canary 4111111111111111 '.repeat(length / 24 + 1)).subarray(0, length)
    await bothWays(suite, { encrypt: aes, decrypt: aes }, { encrypt: raw, decrypt: raw }, plain)
  }
}

const keys = join(folder, 'keys')
const id = sotto(['keys', 'caller-input', 'make', '--dir', keys, '--bits', '2048']).toString().trim()
const file = (name) => join(keys, id + name)
for (const [at, oaepHash] of ['sha1', 'sha256', 'sha384', 'sha512'].entries()) {
  const rsa = new sdk.RawRsaKeyringNode({
    keyNamespace: 'tests',
    keyName: 'rsa',
    rsaKey: { publicKey: readFileSync(file('.public.pem')), privateKey: readFileSync(file('.private.pem')) },
    oaepHash,
  })
  const options = {
    encrypt: ['--public-key', `tests/rsa=${file('.public.pem')}`, '--padding', `oaep-${oaepHash}`],
    decrypt: ['--private-key', `tests/rsa=${file('.private.pem')}`, '--padding', `oaep-${oaepHash}`],
  }
  await bothWays(suites[at + 6], { encrypt: rsa, decrypt: rsa }, options, Buffer.from('canary'.repeat(1000)))
}

// As handlers in the field open stored customer input.
const number = Buffer.from('4111111111111111')
const input = sotto(['encrypt', '--connect', '--public-key', file('.cert.pem'), '--key-id', id], number).toString()
const keyring = new sdk.RawRsaKeyringNode({
  keyNamespace: 'AmazonConnect',
  keyName: id,
  rsaKey: { privateKey: readFileSync(file('.private.pem')) },
  oaepHash: 'sha512',
})
const { decrypt } = sdk.buildClient(sdk.CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT)
assert.deepEqual((await decrypt(keyring, Buffer.from(input, 'base64'))).plaintext, number)
console.log(`${count + 1} messages`)
