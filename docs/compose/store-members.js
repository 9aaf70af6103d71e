// Run by mongosh as the health check of the first member: makes the replica set once, then asks for its primary.
const members = ['store1', 'store2', 'store3'].map((name, at) => ({ _id: at, host: `${name}:27017` }));

function isNew() {
  try {
    db.adminCommand({ replSetGetStatus: 1 });
    return false;
  } catch (error) {
    if (error.codeName !== 'NotYetInitialized') throw error;
    return true;
  }
}

if (isNew()) rs.initiate({ _id: 'sanuki', members });
quit(db.hello().primary ? 0 : 1);
