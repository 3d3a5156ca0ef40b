import { useState } from "react";
import { Button, FlatList, Text, View } from "react-native";

export default function App() {
  const [runs, setRuns] = useState([]);
  return (
    <View style={{ padding: 40 }}>
      <Button title="I ran" onPress={() => setRuns([new Date().toISOString(), ...runs])} />
      <FlatList data={runs} keyExtractor={(run) => run} renderItem={({ item }) => <Text>{item}</Text>} />
    </View>
  );
}
