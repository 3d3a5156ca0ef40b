class CreateItems < ActiveRecord::Migration[7.1]
  def change
    create_table :items do |table|
      table.string :name, null: false
      table.integer :count, null: false, default: 0
      table.timestamps
    end
  end
end
