// Run by mongosh once, on the empty first member: the hubs' account, which may use their database and nothing else.
const password = fs.readFileSync('/run/secrets/store-password', 'utf8').trim();
db.getSiblingDB('sanuki').createUser({ user: 'sanuki', pwd: password, roles: ['readWrite'] });
