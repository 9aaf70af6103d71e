import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import org.h2.mvstore.MVStore;

/**
 * A server that speaks MongoDB's protocol and keeps its data in one file, for tests. Arguments: port, file.
 * It ends when its standard input ends, so that a killed test run leaves none behind.
 */
public final class MongoServer {
  public static void main(String[] arguments) throws Exception {
    var store = new MVStore.Builder().fileName(arguments[1]).autoCommitDisabled().open();
    var server = new de.bwaldvogel.mongo.MongoServer(new Durable(store).version(new Announced()));
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    System.out.println("ready");
    System.in.transferTo(java.io.OutputStream.nullOutputStream());
    server.shutdown();
  }

  /** Answers only when what was written is in the file; by itself the store would wait up to a second. */
  private static final class Durable extends H2Backend {
    Durable(MVStore store) {
      super(store);
    }

    @Override
    public Document handleMessage(MongoMessage message) {
      var answer = super.handleMessage(message);
      if (getMvStore().hasUnsavedChanges()) commit();
      return answer;
    }
  }

  /** The driver refuses servers that announce less; of what came after 4.0 the hub's engine uses nothing. */
  private static final class Announced implements MongoVersion {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return 13;
    }
  }
}
