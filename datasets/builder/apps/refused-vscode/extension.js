const vscode = require("vscode");

exports.activate = (context) => {
  context.subscriptions.push(
    vscode.commands.registerTextEditorCommand("sortLines.byLength", (editor, edit) => {
      const text = editor.document.getText(editor.selection);
      edit.replace(editor.selection, text.split("\n").sort((a, b) => a.length - b.length).join("\n"));
    }),
  );
};
exports.deactivate = () => {};
